//! Fixed phrases of the AI, in the language of the agent.

/// The phrases in one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Phrases {
    /// BCP 47 language subtag.
    pub language: &'static str,
    /// English name of the language, for the instructions of the model.
    pub name: &'static str,
    /// Informs the caller that an AI is speaking.
    pub disclosure: &'static str,
    /// Informs the caller that the call is recorded.
    pub recording_notice: &'static str,
    /// Used if the agent has no greeting of its own.
    pub greeting: &'static str,
    /// After an utterance with too low a confidence.
    pub ask_again: &'static str,
    /// After a silence.
    pub still_there: &'static str,
    /// Before the call ends because the caller is silent.
    pub silent_goodbye: &'static str,
    /// Asks whether the caller wants to end the call. A yes ends it.
    pub confirm_goodbye: &'static str,
    /// Asks whether the caller wants not to be called again. A yes is recorded and ends the call.
    pub confirm_opt_out: &'static str,
    /// Asks whether the caller wants to speak with a person.
    pub confirm_person: &'static str,
    /// No team member is available: asks whether the caller wants to leave a message. Voicemail follows after a yes.
    pub offer_message: &'static str,
    /// After a yes to [`Self::offer_message`].
    pub all_right: &'static str,
    /// After a no to any of these questions.
    pub declined: &'static str,
    /// A life may be in danger. `{}`: the number of the emergency services.
    pub emergency_number: &'static str,
    /// The same, without a known number.
    pub emergency_services: &'static str,
    /// `{}`: the number of a crisis helpline.
    pub emergency_helpline: &'static str,
    /// After that, if team members are being asked to take the call.
    pub emergency_alert: &'static str,
    /// After that, if no team member is available.
    pub emergency_stay: &'static str,
    /// After the caller's goodbye.
    pub goodbye: &'static str,
    /// At the maximum duration of the call.
    pub time_up: &'static str,
    /// The model takes long to answer.
    pub thinking: &'static str,
    /// It still does.
    pub still_thinking: &'static str,
    /// After the first failure of the model.
    pub trouble: &'static str,
    /// After the second failure of the model. Voicemail follows.
    pub trouble_again: &'static str,
    /// The caller asked for a person, and no team member is available. Voicemail follows.
    pub no_team_member: &'static str,
    /// The caller asked for a person, and team members were asked to take over.
    pub one_moment: &'static str,
    /// While the caller waits for a team member.
    pub still_looking: &'static str,
    /// Spoken to a transfer target before the caller is connected.
    pub transfer: &'static str,
    /// After a prompt injection, or in place of a model output that a guardrail blocked.
    pub deflection: &'static str,
    /// After the caller asked not to be called again.
    pub opt_out_confirmed: &'static str,
    /// Spoken before the caller leaves a message.
    pub leave_message: &'static str,
}

const ENGLISH: Phrases = Phrases {
    language: "en",
    name: "English",
    disclosure: "You are speaking with an A.I. assistant.",
    recording_notice: "This call is recorded.",
    greeting: "Hello, and thank you for calling. How can I help you?",
    ask_again: "I am sorry, I did not quite catch that. Could you say it again, please?",
    still_there: "Are you still there?",
    silent_goodbye: "I cannot hear you, so I will end the call now. Please call again any time. Goodbye.",
    confirm_goodbye: "Shall I end the call now?",
    confirm_opt_out: "Shall I note that we do not call you again, and end the call now?",
    confirm_person: "Shall I get a colleague for you?",
    offer_message: "I am sorry, none of my colleagues can come to the telephone at the moment. Would you like to leave a message?",
    all_right: "All right.",
    declined: "All right. How can I help you?",
    emergency_number: "If a life is in danger, please hang up and call {} now.",
    emergency_services: "If a life is in danger, please hang up and call the emergency services now.",
    emergency_helpline: "You can also call the crisis line at {}, day and night.",
    emergency_alert: "I am alerting my colleagues, and I stay with you.",
    emergency_stay: "I stay with you. What is happening?",
    goodbye: "Thank you for calling. Goodbye!",
    time_up: "I am sorry, our time is up, and I have to end the call here. Please call again any time. Goodbye.",
    thinking: "One moment, please.",
    still_thinking: "Thank you for waiting, I am almost there.",
    trouble: "I am sorry, I need a moment. Could you say that once more, please?",
    trouble_again: "I am sorry, I cannot help you at the moment.",
    no_team_member: "I am sorry, none of my colleagues can come to the telephone at the moment.",
    one_moment: "Of course. One moment, please, I am getting a colleague.",
    still_looking: "Thank you for waiting. I am still looking for a colleague.",
    transfer: "A call is being transferred to you. One moment, please.",
    deflection: "I am sorry, I cannot help you with that. Is there anything else that I can do for you?",
    opt_out_confirmed: "I understand. We will not call you again. Goodbye.",
    leave_message: "Please leave a message after the tone, and press the pound key when you are done.",
};

const HINDI: Phrases = Phrases {
    language: "hi",
    name: "Hindi",
    disclosure: "आप एक ए.आई. सहायक से बात कर रहे हैं।",
    recording_notice: "यह कॉल रिकॉर्ड की जा रही है।",
    greeting: "नमस्ते, कॉल करने के लिए धन्यवाद। मैं आपकी क्या सहायता कर सकता हूँ?",
    ask_again: "माफ़ कीजिए, मैं ठीक से सुन नहीं पाया। क्या आप फिर से कह सकते हैं?",
    still_there: "क्या आप लाइन पर हैं?",
    silent_goodbye: "मुझे आपकी आवाज़ नहीं आ रही है, इसलिए मैं कॉल समाप्त कर रहा हूँ। कृपया फिर कॉल करें। नमस्ते।",
    confirm_goodbye: "क्या मैं अब कॉल समाप्त कर दूँ?",
    confirm_opt_out: "क्या मैं लिख लूँ कि हम आपको फिर कॉल न करें, और अब कॉल समाप्त कर दूँ?",
    confirm_person: "क्या मैं आपके लिए एक सहकर्मी को बुलाऊँ?",
    offer_message: "माफ़ कीजिए, इस समय मेरे कोई सहकर्मी फ़ोन पर नहीं आ सकते। क्या आप संदेश छोड़ना चाहेंगे?",
    all_right: "ठीक है।",
    declined: "ठीक है। मैं आपकी क्या सहायता कर सकता हूँ?",
    emergency_number: "अगर किसी की जान ख़तरे में है, तो कृपया फ़ोन रखकर अभी {} पर कॉल करें।",
    emergency_services: "अगर किसी की जान ख़तरे में है, तो कृपया फ़ोन रखकर अभी आपातकालीन सेवा को कॉल करें।",
    emergency_helpline: "आप दिन-रात सहायता लाइन {} पर भी कॉल कर सकते हैं।",
    emergency_alert: "मैं अपने सहकर्मियों को सूचित कर रहा हूँ, और मैं आपके साथ हूँ।",
    emergency_stay: "मैं आपके साथ हूँ। क्या हो रहा है?",
    goodbye: "कॉल करने के लिए धन्यवाद। नमस्ते!",
    time_up: "माफ़ कीजिए, हमारा समय पूरा हो गया है और मुझे कॉल समाप्त करनी होगी। कृपया फिर कॉल करें। नमस्ते।",
    thinking: "कृपया एक क्षण रुकिए।",
    still_thinking: "प्रतीक्षा के लिए धन्यवाद, बस एक क्षण और।",
    trouble: "माफ़ कीजिए, एक क्षण दीजिए। क्या आप एक बार फिर कह सकते हैं?",
    trouble_again: "माफ़ कीजिए, मैं इस समय आपकी सहायता नहीं कर पा रहा हूँ।",
    no_team_member: "माफ़ कीजिए, इस समय मेरे कोई सहकर्मी फ़ोन पर नहीं आ सकते।",
    one_moment: "ज़रूर। कृपया एक क्षण रुकिए, मैं एक सहकर्मी को बुला रहा हूँ।",
    still_looking: "प्रतीक्षा के लिए धन्यवाद। मैं अभी भी एक सहकर्मी को ढूँढ रहा हूँ।",
    transfer: "आपको एक कॉल स्थानांतरित की जा रही है। कृपया एक क्षण रुकिए।",
    deflection: "माफ़ कीजिए, मैं इसमें आपकी सहायता नहीं कर सकता। क्या मैं आपके लिए कुछ और कर सकता हूँ?",
    opt_out_confirmed: "मैं समझ गया। हम आपको फिर कॉल नहीं करेंगे। नमस्ते।",
    leave_message: "कृपया बीप के बाद अपना संदेश छोड़ें, और समाप्त होने पर पाउंड कुंजी दबाएँ।",
};

const SPANISH: Phrases = Phrases {
    language: "es",
    name: "Spanish",
    disclosure: "Está hablando con un asistente de inteligencia artificial.",
    recording_notice: "Esta llamada se graba.",
    greeting: "Hola, gracias por llamar. ¿En qué puedo ayudarle?",
    ask_again: "Perdone, no le he entendido bien. ¿Puede repetirlo, por favor?",
    still_there: "¿Sigue ahí?",
    silent_goodbye: "No le oigo, así que voy a terminar la llamada. Llame de nuevo cuando quiera. Adiós.",
    confirm_goodbye: "¿Termino la llamada ahora?",
    confirm_opt_out: "¿Anoto que no le volvamos a llamar y termino la llamada?",
    confirm_person: "¿Quiere que busque a un compañero?",
    offer_message: "Lo siento, ninguno de mis compañeros puede ponerse al teléfono ahora. ¿Quiere dejar un mensaje?",
    all_right: "Muy bien.",
    declined: "Muy bien. ¿En qué puedo ayudarle?",
    emergency_number: "Si hay una vida en peligro, cuelgue y llame ahora al {}.",
    emergency_services: "Si hay una vida en peligro, cuelgue y llame ahora a los servicios de emergencia.",
    emergency_helpline: "También puede llamar a la línea de ayuda al {}, de día y de noche.",
    emergency_alert: "Estoy avisando a mis compañeros y sigo con usted.",
    emergency_stay: "Sigo con usted. ¿Qué está pasando?",
    goodbye: "Gracias por llamar. ¡Adiós!",
    time_up: "Lo siento, se nos ha acabado el tiempo y tengo que terminar la llamada. Llame de nuevo cuando quiera. Adiós.",
    thinking: "Un momento, por favor.",
    still_thinking: "Gracias por esperar, ya casi está.",
    trouble: "Perdone, necesito un momento. ¿Puede repetirlo, por favor?",
    trouble_again: "Lo siento, ahora mismo no puedo ayudarle.",
    no_team_member: "Lo siento, ninguno de mis compañeros puede ponerse al teléfono ahora.",
    one_moment: "Por supuesto. Un momento, por favor, voy a buscar a un compañero.",
    still_looking: "Gracias por esperar. Sigo buscando a un compañero.",
    transfer: "Le están transfiriendo una llamada. Un momento, por favor.",
    deflection: "Lo siento, no puedo ayudarle con eso. ¿Puedo hacer algo más por usted?",
    opt_out_confirmed: "Entendido. No le volveremos a llamar. Adiós.",
    leave_message: "Deje un mensaje después de la señal y pulse almohadilla cuando termine.",
};

const FRENCH: Phrases = Phrases {
    language: "fr",
    name: "French",
    disclosure: "Vous parlez avec un assistant d'intelligence artificielle.",
    recording_notice: "Cet appel est enregistré.",
    greeting: "Bonjour, merci de votre appel. Comment puis-je vous aider ?",
    ask_again: "Excusez-moi, je n'ai pas bien compris. Pouvez-vous répéter, s'il vous plaît ?",
    still_there: "Êtes-vous toujours là ?",
    silent_goodbye: "Je ne vous entends pas, je vais donc mettre fin à l'appel. Rappelez quand vous voulez. Au revoir.",
    confirm_goodbye: "Voulez-vous que je mette fin à l'appel maintenant ?",
    confirm_opt_out: "Voulez-vous que je note de ne plus vous appeler et que je mette fin à l'appel ?",
    confirm_person: "Voulez-vous que j'aille chercher un collègue ?",
    offer_message: "Je suis désolé, aucun de mes collègues ne peut venir au téléphone pour le moment. Voulez-vous laisser un message ?",
    all_right: "Très bien.",
    declined: "Très bien. Comment puis-je vous aider ?",
    emergency_number: "Si une vie est en danger, raccrochez et appelez tout de suite le {}.",
    emergency_services: "Si une vie est en danger, raccrochez et appelez tout de suite les secours.",
    emergency_helpline: "Vous pouvez aussi appeler la ligne d'écoute au {}, jour et nuit.",
    emergency_alert: "Je préviens mes collègues, et je reste avec vous.",
    emergency_stay: "Je reste avec vous. Que se passe-t-il ?",
    goodbye: "Merci de votre appel. Au revoir !",
    time_up: "Désolé, notre temps est écoulé et je dois mettre fin à l'appel. Rappelez quand vous voulez. Au revoir.",
    thinking: "Un instant, s'il vous plaît.",
    still_thinking: "Merci de patienter, j'y suis presque.",
    trouble: "Excusez-moi, il me faut un instant. Pouvez-vous répéter, s'il vous plaît ?",
    trouble_again: "Désolé, je ne peux pas vous aider pour le moment.",
    no_team_member: "Désolé, aucun de mes collègues ne peut venir au téléphone pour le moment.",
    one_moment: "Bien sûr. Un instant, s'il vous plaît, je vais chercher un collègue.",
    still_looking: "Merci de patienter. Je cherche toujours un collègue.",
    transfer: "Un appel vous est transféré. Un instant, s'il vous plaît.",
    deflection: "Désolé, je ne peux pas vous aider pour cela. Puis-je faire autre chose pour vous ?",
    opt_out_confirmed: "C'est compris. Nous ne vous rappellerons plus. Au revoir.",
    leave_message: "Laissez un message après le signal, et appuyez sur la touche dièse quand vous avez terminé.",
};

const GERMAN: Phrases = Phrases {
    language: "de",
    name: "German",
    disclosure: "Sie sprechen mit einem K.I.-Assistenten.",
    recording_notice: "Dieses Gespräch wird aufgezeichnet.",
    greeting: "Guten Tag, danke für Ihren Anruf. Wie kann ich Ihnen helfen?",
    ask_again: "Entschuldigung, das habe ich nicht ganz verstanden. Können Sie es bitte wiederholen?",
    still_there: "Sind Sie noch da?",
    silent_goodbye: "Ich höre Sie nicht und beende deshalb das Gespräch. Rufen Sie gern wieder an. Auf Wiederhören.",
    confirm_goodbye: "Soll ich das Gespräch jetzt beenden?",
    confirm_opt_out: "Soll ich vermerken, dass wir Sie nicht mehr anrufen, und das Gespräch jetzt beenden?",
    confirm_person: "Soll ich einen Kollegen für Sie holen?",
    offer_message: "Es tut mir leid, im Moment kann niemand von meinen Kollegen ans Telefon kommen. Möchten Sie eine Nachricht hinterlassen?",
    all_right: "In Ordnung.",
    declined: "In Ordnung. Wie kann ich Ihnen helfen?",
    emergency_number: "Wenn ein Leben in Gefahr ist, legen Sie bitte auf und rufen Sie jetzt die {} an.",
    emergency_services: "Wenn ein Leben in Gefahr ist, legen Sie bitte auf und rufen Sie jetzt den Notruf an.",
    emergency_helpline: "Sie erreichen auch die Telefonseelsorge unter der {}, Tag und Nacht.",
    emergency_alert: "Ich verständige meine Kollegen, und ich bleibe bei Ihnen.",
    emergency_stay: "Ich bleibe bei Ihnen. Was ist passiert?",
    goodbye: "Danke für Ihren Anruf. Auf Wiederhören!",
    time_up: "Es tut mir leid, unsere Zeit ist um, und ich muss das Gespräch hier beenden. Rufen Sie gern wieder an. Auf Wiederhören.",
    thinking: "Einen Moment, bitte.",
    still_thinking: "Danke, dass Sie warten, gleich habe ich es.",
    trouble: "Entschuldigung, ich brauche einen Moment. Können Sie das bitte noch einmal sagen?",
    trouble_again: "Es tut mir leid, ich kann Ihnen im Moment nicht helfen.",
    no_team_member: "Es tut mir leid, im Moment kann niemand von meinen Kollegen ans Telefon kommen.",
    one_moment: "Natürlich. Einen Moment bitte, ich hole einen Kollegen.",
    still_looking: "Danke, dass Sie warten. Ich suche noch nach einem Kollegen.",
    transfer: "Ein Anruf wird an Sie weitergeleitet. Einen Moment, bitte.",
    deflection: "Es tut mir leid, dabei kann ich nicht helfen. Kann ich sonst etwas für Sie tun?",
    opt_out_confirmed: "Ich habe verstanden. Wir rufen Sie nicht mehr an. Auf Wiederhören.",
    leave_message: "Bitte hinterlassen Sie eine Nachricht nach dem Ton, und drücken Sie die Rautetaste, wenn Sie fertig sind.",
};

impl Phrases {
    /// All languages.
    pub const ALL: [&Self; 5] = [&ENGLISH, &HINDI, &SPANISH, &FRENCH, &GERMAN];

    /// The phrases for a BCP 47 tag; English if the language is not supported.
    #[must_use]
    pub fn of(tag: Option<&str>) -> &'static Self {
        let language = tag.unwrap_or_default().split('-').next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|phrases| phrases.language.eq_ignore_ascii_case(language))
            .unwrap_or(&ENGLISH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsupported_language_falls_back_to_english() {
        for (tag, language) in [
            (Some("hi-IN"), "hi"),
            (Some("ES"), "es"),
            (Some("fr-CA"), "fr"),
            (Some("de"), "de"),
            (Some("sv-SE"), "en"),
            (None, "en"),
        ] {
            assert_eq!(Phrases::of(tag).language, language, "{tag:?}");
        }
    }

    #[test]
    fn closing_phrases_are_statements_and_prompts_are_questions() {
        for phrases in Phrases::ALL {
            for last in [
                phrases.goodbye,
                phrases.silent_goodbye,
                phrases.time_up,
                phrases.opt_out_confirmed,
                phrases.all_right,
                phrases.emergency_number,
                phrases.emergency_services,
                phrases.emergency_helpline,
                phrases.emergency_alert,
                phrases.thinking,
                phrases.still_thinking,
            ] {
                assert!(!last.ends_with('?'), "{last}");
            }
            for question in [
                phrases.ask_again,
                phrases.still_there,
                phrases.trouble,
                phrases.deflection,
                phrases.confirm_goodbye,
                phrases.confirm_opt_out,
                phrases.confirm_person,
                phrases.offer_message,
                phrases.declined,
            ] {
                assert!(question.ends_with('?'), "{question}");
            }
        }
    }
}
