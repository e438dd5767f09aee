//! [`Workset`]: documents in memory, with the changes that remain to be written.

use super::{Past, ReadModel, Totals, WriteSet, relevant};
use crate::rows::{Found, Missing, Owner, Rows};
use infra::consumer::ConsumeError;
use infra::event_store::{Event, Position, Recorded};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Documents in memory, each with its rows as stored in the database.
pub struct Workset<M: ReadModel> {
    /// By stream type, then by identifier. Boxed, because a growing map moves its values.
    documents: [HashMap<String, Box<Entry<M::Doc>>>; Owner::ALL.len()],
    totals: Totals,
    /// About how many bytes the documents and their rows take.
    bytes: usize,
}

struct Entry<D> {
    doc: D,
    /// The rows in the database; `None` if the document was never written. Its contribution to the counters is there too.
    stored: Option<Rows>,
    changed: bool,
    touched: Position,
    /// Bytes of the events that were folded into it. Document and rows hold at most these.
    bytes: usize,
}

/// What a document takes beside the contents of its events, in bytes.
const DOCUMENT_OVERHEAD: usize = 1_024;

impl<M: ReadModel> Default for Workset<M> {
    fn default() -> Self {
        Self {
            documents: std::array::from_fn(|_| HashMap::new()),
            totals: Totals::default(),
            bytes: 0,
        }
    }
}

impl<M: ReadModel> Workset<M> {
    /// About how many bytes the documents and their rows take.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The number of documents in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.iter().map(HashMap::len).sum()
    }

    /// Whether no document is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The streams that these events change and that may have rows in the database but are not in memory.
    pub fn missing<'e>(&self, events: impl Iterator<Item = &'e Arc<Recorded>>) -> Missing {
        let mut missing = Missing::new();
        for (owner, event) in self.first_of_missing(events) {
            let streams = missing.entry(owner).or_default();
            streams.insert(event.stream.aggregate_id.clone(), event.sequence);
        }
        missing
    }

    /// The number of events at the start for which at most `max` streams are missing.
    #[must_use]
    pub fn batch_with_few_missing(&self, events: &[Arc<Recorded>], max: usize) -> usize {
        let first_too_many = self.first_of_missing(events.iter()).nth(max);
        first_too_many.map_or(events.len(), |(_, first)| {
            events.partition_point(|event| event.position < first.position)
        })
    }

    /// The first event of each missing stream.
    fn first_of_missing<'e>(
        &self,
        events: impl Iterator<Item = &'e Arc<Recorded>>,
    ) -> impl Iterator<Item = (Owner, &'e Recorded)> {
        let mut seen = HashSet::new();
        events.filter_map(move |event| {
            let id = event.stream.aggregate_id.as_str();
            let owner = Owner::of(&event.stream.aggregate_type).filter(|owner| holds::<M>(*owner))?;
            if event.sequence == 1 {
                // A stream that starts here has no past.
                seen.insert((owner, id));
                return None;
            }
            let is_missing = relevant::<M>(event) && !self.documents[owner as usize].contains_key(id);
            (is_missing && seen.insert((owner, id))).then_some((owner, event.as_ref()))
        })
    }

    /// Restores documents: folds their past events, and takes their rows as they are in the database.
    ///
    /// # Errors
    /// At an event that cannot be read.
    pub fn restore(&mut self, past: Past, mut found: Found) -> Result<(), ConsumeError> {
        for (owner, streams) in past {
            let mut rows = found.remove(&owner).unwrap_or_default();
            for (id, events) in streams {
                let mut doc = M::Doc::default();
                let mut was_written = false;
                for event in events.iter().filter(|event| relevant::<M>(event)) {
                    fold::<M>(&mut doc, event)?;
                    was_written = true;
                }
                let mut stored = rows.remove(&id).unwrap_or_default();
                stored.sort(M::TABLES);
                let bytes = DOCUMENT_OVERHEAD + events.iter().map(|event| event.size).sum::<usize>();
                let entry = Entry {
                    doc,
                    stored: was_written.then_some(stored),
                    changed: false,
                    touched: 0,
                    bytes,
                };
                let before = self.documents[owner as usize].insert(id, Box::new(entry));
                self.bytes += bytes;
                self.bytes -= before.map_or(0, |entry| entry.bytes);
            }
        }
        Ok(())
    }

    /// Folds events into their documents.
    ///
    /// # Errors
    /// At an event that cannot be read. The workset is inconsistent then: call [`Workset::forget`].
    pub fn fold<'e>(&mut self, events: impl Iterator<Item = &'e Arc<Recorded>>) -> Result<(), ConsumeError> {
        for event in events {
            let is_relevant = relevant::<M>(event);
            let Some(owner) = Owner::of(&event.stream.aggregate_type) else {
                if is_relevant {
                    let reason = format!("unknown stream type `{}`", event.stream.aggregate_type);
                    return Err(unreadable(event, reason));
                }
                continue;
            };
            let documents = &mut self.documents[owner as usize];
            let entry = match documents.get_mut(event.stream.aggregate_id.as_str()) {
                Some(entry) => entry,
                // A stream's first event makes its document, relevant or not, so that a later one does not read the past.
                None if is_relevant || (event.sequence == 1 && holds::<M>(owner)) => documents
                    .entry(event.stream.aggregate_id.clone())
                    .or_insert_with(|| Box::new(Entry::new())),
                None => continue,
            };
            entry.touched = event.position;
            if entry.bytes == 0 {
                entry.bytes = DOCUMENT_OVERHEAD;
                self.bytes += DOCUMENT_OVERHEAD;
            }
            if !is_relevant {
                continue;
            }
            if !entry.changed && entry.stored.is_some() {
                // Subtracts the document's old contribution. The new one is added with its rows.
                self.totals.subtract(|totals| M::totals(&entry.doc, totals));
            }
            entry.changed = true;
            entry.bytes += event.size;
            self.bytes += event.size;
            fold::<M>(&mut entry.doc, event)?;
        }
        Ok(())
    }

    /// The writes for the documents that changed. They stay in memory.
    pub fn changes(&mut self) -> WriteSet {
        let mut writes = WriteSet::of(M::TABLES);
        for documents in &mut self.documents {
            for (id, entry) in documents.iter_mut().filter(|(_, entry)| entry.changed) {
                let rows = entry.rows::<M>(id);
                M::totals(&entry.doc, &mut self.totals);
                match &entry.stored {
                    Some(old) => writes.replace(old, &rows),
                    None => writes.insert(rows.clone()),
                }
                entry.stored = Some(rows);
                entry.changed = false;
            }
        }
        self.count(&mut writes);
        writes
    }

    /// Evicts about half of the documents, the least recently touched, if there are more than `max` or they take more than
    /// `max_bytes`. All must have been written.
    pub fn trim(&mut self, max: usize, max_bytes: usize) {
        while (self.len() > max || self.bytes > max_bytes) && self.evict_older_half() {}
    }

    /// Returns `false` if no document can be evicted.
    fn evict_older_half(&mut self) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut ages: Vec<Position> = self
            .documents
            .iter()
            .flat_map(HashMap::values)
            .map(|e| e.touched)
            .collect();
        let middle = ages.len() / 2;
        let (_, middle, _) = ages.select_nth_unstable(middle);
        let middle = *middle;
        // If none is older, those of that age.
        let is_middle_lowest = ages.iter().all(|age| *age >= middle);
        let mut evicted = 0;
        for documents in &mut self.documents {
            documents.retain(|_, entry| {
                let stays = entry.changed || entry.touched > middle || (entry.touched == middle && !is_middle_lowest);
                evicted += if stays { 0 } else { entry.bytes };
                stays
            });
        }
        self.bytes -= evicted;
        evicted > 0
    }

    /// Evicts up to `max` documents without events after `untouched_since`, and returns their writes. Counters are left
    /// to [`Workset::remaining_totals`].
    pub fn evict(
        &mut self,
        max: usize,
        untouched_since: Position,
        settled_only: bool,
    ) -> (Vec<(Owner, String)>, WriteSet) {
        let mut writes = WriteSet::of(M::TABLES);
        let mut taken = Vec::new();
        for (owner, documents) in Owner::ALL.into_iter().zip(&mut self.documents) {
            let ready = documents
                .iter()
                .filter(|(_, entry)| entry.touched <= untouched_since && (!settled_only || M::settled(&entry.doc)));
            let ready: Vec<String> = ready.map(|(id, _)| id.clone()).take(max - taken.len()).collect();
            for id in ready {
                let Some(mut entry) = documents.remove(&id) else {
                    continue;
                };
                self.bytes -= entry.bytes;
                if entry.changed {
                    let rows = entry.rows::<M>(&id);
                    M::totals(&entry.doc, &mut self.totals);
                    match entry.stored.take() {
                        Some(old) => writes.replace(&old, &rows),
                        None => writes.insert(rows),
                    }
                }
                taken.push((owner, id));
            }
        }
        (taken, writes)
    }

    /// The counter changes of evicted documents.
    pub fn remaining_totals(&mut self) -> WriteSet {
        let mut writes = WriteSet::of(M::TABLES);
        self.count(&mut writes);
        writes
    }

    /// Drops all documents and changes: what was folded was not written.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    fn count(&mut self, writes: &mut WriteSet) {
        if !self.totals.is_empty() {
            writes.count(&mut self.totals);
        }
    }
}

impl<D: Default> Entry<D> {
    fn new() -> Self {
        Self {
            doc: D::default(),
            stored: None,
            changed: false,
            touched: 0,
            bytes: 0,
        }
    }
}

impl<D> Entry<D> {
    fn rows<M: ReadModel<Doc = D>>(&self, id: &str) -> Rows {
        let mut rows = Rows::default();
        M::rows(id, &self.doc, &mut rows);
        rows.sort(M::TABLES);
        rows
    }
}

fn fold<M: ReadModel>(doc: &mut M::Doc, event: &Recorded) -> Result<(), ConsumeError> {
    if let Event::Unreadable { reason } = &event.event {
        return Err(unreadable(event, reason.clone()));
    }
    M::fold(doc, event);
    Ok(())
}

const fn unreadable(event: &Recorded, reason: String) -> ConsumeError {
    ConsumeError::Unreadable {
        position: event.position,
        reason,
    }
}

/// Whether the model has rows of streams of this type.
fn holds<M: ReadModel>(owner: Owner) -> bool {
    M::TABLES.iter().any(|table| table.role.holds(owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call_log::CallLogModel;
    use domain::Timestamp;
    use domain::call::CallEvent;
    use infra::event_store::{Actor, Metadata, StreamId};

    fn event(position: Position, size: usize) -> Arc<Recorded> {
        Arc::new(Recorded {
            position,
            stream: StreamId::call(format!("CA{position}")),
            sequence: 1,
            event_type: "SilencePrompted".into(),
            event_version: CallEvent::VERSION.into(),
            recorded_at: Timestamp::default(),
            metadata: Metadata::new("default", Actor::Import, "test"),
            event: CallEvent::SilencePrompted { at: Timestamp(1) }.into(),
            size,
        })
    }

    #[test]
    fn cached_documents_are_bounded_by_bytes_and_the_newest_stay() {
        let mut work = Workset::<CallLogModel>::default();
        for position in 1..=500 {
            work.fold([event(position, 40_000)].iter()).expect("folds");
            work.changes();
            work.trim(8_192, 4_000_000);
            assert!(work.bytes() <= 4_000_000, "{} bytes", work.bytes());
        }
        assert!((40..=100).contains(&work.len()), "{} documents", work.len());
        let newest = event(500, 0);
        let later = Arc::new(Recorded {
            sequence: 2,
            ..Recorded::clone(&newest)
        });
        assert!(
            work.missing([later].iter()).is_empty(),
            "the newest document was evicted"
        );
        work.trim(0, 0);
        assert_eq!((work.len(), work.bytes()), (0, 0));
    }
}
