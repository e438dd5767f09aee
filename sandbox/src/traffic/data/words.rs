//! Sample speech. `{name}` stands for the person's name.

/// A conversation with the AI, and its continuation after a takeover.
pub struct Conversation {
    /// Conversation with the AI.
    pub with_ai: &'static str,
    /// Conversation with a team member.
    pub with_human: &'static str,
    /// Label of the resolution in the review.
    pub topic: &'static str,
    /// Correction noted in the review.
    pub correction: &'static str,
}

/// All conversations.
pub const CONVERSATIONS: [Conversation; 8] = [
    Conversation {
        with_ai: "Thank you for calling, this is the virtual assistant. How can I help? \
                  Hi, this is {name}. I need to move my appointment from Tuesday to later in the week. \
                  Of course. I have Thursday at ten or Friday at two thirty. \
                  Friday at two thirty, please. Done. You will get a reminder the day before. Goodbye.",
        with_human: "Hello {name}, I took over from the assistant. Friday at two thirty it is, with the same technician. \
                     Perfect, thank you so much.",
        topic: "appointment moved",
        correction: "Offer the earliest free time first, then the others.",
    },
    Conversation {
        with_ai: "Thank you for calling. How can I help? \
                  It's {name}. There's a charge of $48.50 on my invoice that I don't recognise. \
                  I see a line for a weekend visit. Would you like a person from billing to look at it? Yes, please.",
        with_human: "Billing here. You are right, the visit was on a Friday, so I am taking the surcharge off. \
                     You will see $48.50 back within five days. Great, thanks.",
        topic: "invoice corrected",
        correction: "Never confirm a refund; hand over to billing.",
    },
    Conversation {
        with_ai: "Good morning, how can I help? Are you open on Saturday? \
                  Yes, on Saturdays from nine to one. And do I need an appointment? \
                  No, just come by. Lovely, bye. Goodbye!",
        with_human: "Hi, you asked about Saturday? We close at one sharp this week because of the parade. Good to know.",
        topic: "opening hours",
        correction: "Mention that the parking lot is closed on Saturdays.",
    },
    Conversation {
        with_ai: "Thank you for calling. How can I help? My delivery says \"delivered\", but nothing is here. \
                  I am sorry, {name}. I see it was left with a neighbour at number 12 & signed for. \
                  Oh! I'll ask them. Is there anything else? No, thank you.",
        with_human: "Hello, I just spoke with the driver: it is at number 12, on the porch. I see it now, thank you!",
        topic: "delivery found",
        correction: "Do not read out a neighbour's house number before the caller is verified.",
    },
    Conversation {
        with_ai: "Hello, how can I help? I want to cancel. All of it. I've asked you people three times. \
                  I understand, and I am sorry. May I ask for the e-mail on the account? \
                  No. Give me a person. One moment, I am connecting you.",
        with_human: "{name}, I am sorry that you had to call three times. It is cancelled as of now, and I have noted why. \
                     Finally. Thank you.",
        topic: "subscription cancelled",
        correction: "When the caller asks for a person, connect at once and ask nothing more.",
    },
    Conversation {
        with_ai: "Thank you for calling. How can I help? I'd like a quote for two more seats. \
                  Two seats are $30 a month each, or $300 a year. Shall I send that in writing? \
                  Yes, to the address on file. It is on its way.",
        with_human: "About the seats: above ten you get one free. Then make it eleven! Happily.",
        topic: "quote sent",
        correction: "Say the yearly price first.",
    },
    Conversation {
        with_ai: "Hello, how can I help? ¿Habla español? Sí, claro. ¿En qué puedo ayudarle? \
                  Quiero confirmar mi cita de mañana. Su cita es mañana a las nueve y cuarto. Muchas gracias. Adiós.",
        with_human: "Buenos días, la cita sigue en pie. Traiga por favor su identificación. De acuerdo, gracias.",
        topic: "appointment confirmed",
        correction: "Remind people to bring an ID.",
    },
    Conversation {
        with_ai: "Thank you for calling. How can I help? The heater shows <E4> and it's getting cold in here. \
                  E4 is a blocked outlet. Is there snow or anything else in front of the vent? \
                  Hang on... yes. OK, it's running again! Glad to hear it. Stay warm.",
        with_human: "This is the technician on duty. If E4 comes back tonight, call this number and press 1. Will do.",
        topic: "problem solved on the phone",
        correction: "Ask for the model number before suggesting a cause.",
    },
];

/// Voicemail messages.
pub const VOICEMAILS: [&str; 6] = [
    "Hi, it's {name}. I'll be about twenty minutes late tomorrow. No need to call back.",
    "Hello, {name} here. Could someone please call me about the estimate? Any time before noon is good. Thanks.",
    "This is {name}. The part you sent doesn't fit. I need the 3/4\" one & two gaskets.",
    "Um, hi. I wanted to ask whether you still take new customers. This is {name}. Bye.",
    "{name} again. It's urgent, the alarm keeps going off. Please call me as soon as you hear this!",
    "Hola, soy {name}. Llamo por la factura de marzo. Gracias.",
];

/// Message left on an answering machine.
pub const MESSAGE_LEFT: &str =
    "Hello {name}, this is a courtesy call about your appointment. Please call us back when you can.";

/// Speech on outbound calls from the browser.
pub const OUTBOUND: [&str; 3] = [
    "Hi {name}, you asked us to call back. Yes, thanks for being so quick. I have two questions about the offer.",
    "Good afternoon, is this {name}? Speaking. I am calling to confirm Monday at eight. Monday at eight works.",
    "Hello {name}, your order is ready to be picked up. Oh great, I'll come by after work.",
];

/// Resolution labels for missed calls and voicemails.
pub const FOLLOW_UPS: [&str; 4] = ["called back", "left a message", "no action needed", "wrong number"];
