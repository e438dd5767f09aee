//! [`Decide`]: the one trait through which the ledger meets an aggregate.

use cqrs_es::Aggregate;
use cqrs_es::persist::EventUpcaster;

/// An aggregate whose decisions are pure: the state and a command in, the events out.
///
/// Its `cqrs_es::Aggregate::handle` only delegates to [`Decide::decide`], so that the framework's tools, its tests and
/// our own ledger come to the same events.
pub trait Decide: Aggregate<Services = (), Command: Clone + Send + Sync + 'static> {
    /// What follows from the command in this state. No events is an answer too: nothing new was said.
    ///
    /// # Errors
    /// When the command is refused. What the provider tells is never refused.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// From every older shape of an event's JSON to today's.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>>;
}

/// The event, unless it would say nothing new.
#[expect(clippy::unnecessary_wraps, reason = "it is what most arms of a decision end with")]
pub(crate) fn unless<Event, Error>(known: bool, event: Event) -> Result<Vec<Event>, Error> {
    Ok(if known { Vec::new() } else { vec![event] })
}

/// Implements `cqrs_es::Aggregate` for a type that has [`Decide`] and an inherent `fold(&mut self, event: &Event)`.
macro_rules! aggregate {
    ($aggregate:ty, $name:literal, $command:ty, $event:ty, $error:ty) => {
        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = $name;
            type Command = $command;
            type Event = $event;
            type Error = $error;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in $crate::Decide::decide(self, &command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                self.apply(&event);
            }
        }
    };
}
pub(crate) use aggregate;
