//! [`Decide`]: the interface between the ledger and an aggregate.

use cqrs_es::Aggregate;
use cqrs_es::persist::EventUpcaster;

/// An aggregate whose decisions are pure functions of its state and a command.
///
/// `cqrs_es::Aggregate::handle` only delegates to [`Decide::decide`], so the framework, its test tools and the ledger
/// produce the same events.
pub trait Decide: Aggregate<Services = (), Command: Clone + Send + Sync + 'static> {
    /// The events that the command produces in this state. None if the command has no effect, such as a repetition.
    ///
    /// # Errors
    /// When the command is refused. Callbacks of the provider are never refused.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// Upcasters from every older version of an event's JSON to the current one, older versions first.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>>;
}

/// The event, unless its content is known already.
#[expect(clippy::unnecessary_wraps, reason = "most arms of a decision return it")]
pub(crate) fn unless_known<Event, Error>(known: bool, event: Event) -> Result<Vec<Event>, Error> {
    Ok(if known { Vec::new() } else { vec![event] })
}

/// Implements `cqrs_es::Aggregate` for a type that has [`Decide`] and an inherent `apply(&mut self, event: &Event)`.
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
                for event in $crate::decide::Decide::decide(self, &command)? {
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
