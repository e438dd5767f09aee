//! The answer to a caller when a life may be in danger: the agent's own, or one with the numbers of the caller's country.

use super::phrases::Phrases;
use crate::agent::event::EmergencySettings;

/// The numbers of a country.
struct Country {
    /// ISO 3166.
    code: &'static str,
    /// The emergency services.
    number: &'static str,
    /// A crisis helpline that answers day and night.
    helpline: Option<&'static str>,
}

const fn country(code: &'static str, number: &'static str, helpline: &'static str) -> Country {
    Country {
        code,
        number,
        helpline: Some(helpline),
    }
}

/// The numbers by country, as their operators publish them:
/// - US 988 <https://988lifeline.org>, CA 988 <https://988.ca>, MX 800 911 2000 <https://www.gob.mx/salud/conadic>
/// - GB, IE 116 123 <https://www.samaritans.org>
/// - IN 14416 <https://telemanas.mohfw.gov.in>
/// - AU 13 11 14 <https://www.lifeline.org.au>, NZ 1737 <https://1737.org.nz>
/// - DE 0800 111 0 111 <https://www.telefonseelsorge.de>, AT 142 <https://www.telefonseelsorge.at>, CH 143 <https://www.143.ch>
/// - FR 3114 <https://3114.fr>, BE 0800 32 123 <https://www.zelfmoord1813.be> and <https://www.preventionsuicide.be>
/// - ES 024 <https://www.sanidad.gob.es/linea024>
/// - ZA 0800 567 567 <https://www.sadag.org>
///
/// Emergency services: 911 in the North American Numbering Plan <https://www.fcc.gov/general/9-1-1-and-e9-1-1-services>, 112 in
/// the European Union <https://digital-strategy.ec.europa.eu/en/policies/112> and in India <https://112.gov.in>, 999 in the
/// United Kingdom, 000 in Australia <https://www.triplezero.gov.au>, 111 in New Zealand.
const COUNTRIES: &[Country] = &[
    country("US", "911", "988"),
    country("CA", "911", "988"),
    country("MX", "911", "800 911 2000"),
    country("GB", "999", "116 123"),
    country("IE", "112", "116 123"),
    country("IN", "112", "14416"),
    country("AU", "000", "13 11 14"),
    country("NZ", "111", "1737"),
    country("DE", "112", "0800 111 0 111"),
    country("AT", "112", "142"),
    country("CH", "112", "143"),
    country("FR", "112", "3114"),
    country("BE", "112", "0800 32 123"),
    country("ES", "112", "024"),
    country("ZA", "112", "0800 567 567"),
];

/// Countries with 112 and without a helpline in [`COUNTRIES`]: the other members of the European Union and the European
/// Economic Area.
const EUROPEAN_112: &[&str] = &[
    "BG", "CY", "CZ", "DK", "EE", "FI", "GR", "HR", "HU", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL",
    "PT", "RO", "SE", "SI", "SK",
];

/// The emergency services and a crisis helpline, as a caller dials them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmergencyNumbers {
    pub number: Option<String>,
    pub helpline: Option<String>,
}

impl EmergencyNumbers {
    /// The agent's own numbers, else those of the country (ISO 3166).
    #[must_use]
    pub fn of(settings: Option<&EmergencySettings>, country: Option<&str>) -> Self {
        let known = country.and_then(|code| COUNTRIES.iter().find(|it| it.code.eq_ignore_ascii_case(code)));
        let is_112 = || country.is_some_and(|code| EUROPEAN_112.iter().any(|it| it.eq_ignore_ascii_case(code)));
        let number = known.map(|it| it.number).or_else(|| is_112().then_some("112"));
        let helpline = known.and_then(|it| it.helpline);
        let own = |of: fn(&EmergencySettings) -> &Option<String>| settings.and_then(|it| of(it).clone());
        Self {
            number: own(|it| &it.number).or_else(|| number.map(str::to_owned)),
            helpline: own(|it| &it.helpline).or_else(|| helpline.map(str::to_owned)),
        }
    }

    /// What the caller hears: the agent's own answer, or sentences with the numbers.
    #[must_use]
    pub fn answer(&self, settings: Option<&EmergencySettings>, phrases: &Phrases) -> String {
        if let Some(answer) = settings.and_then(|it| it.answer.clone()) {
            return answer;
        }
        let services = match &self.number {
            Some(number) => phrases.emergency_number.replace("{}", &spelled(number)),
            None => phrases.emergency_services.to_owned(),
        };
        match &self.helpline {
            Some(helpline) => format!(
                "{services} {}",
                phrases.emergency_helpline.replace("{}", &spelled(helpline))
            ),
            None => services,
        }
    }
}

/// A number digit by digit: voices read `911` as nine hundred eleven.
fn spelled(number: &str) -> String {
    let group = |digits: &str| digits.chars().map(String::from).collect::<Vec<_>>().join(" ");
    let groups: Vec<_> = number
        .split([' ', '-'])
        .filter(|it| !it.is_empty())
        .map(group)
        .collect();
    groups.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(number: Option<&str>, helpline: Option<&str>, answer: Option<&str>) -> EmergencySettings {
        EmergencySettings {
            number: number.map(Into::into),
            helpline: helpline.map(Into::into),
            answer: answer.map(Into::into),
        }
    }

    #[test]
    fn numbers_of_the_country_are_used_unless_the_agent_has_its_own() {
        let numbers = |settings: Option<&EmergencySettings>, country| {
            let EmergencyNumbers { number, helpline } = EmergencyNumbers::of(settings, country);
            (number.unwrap_or_default(), helpline.unwrap_or_default())
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(numbers(None, Some("US")), pair("911", "988"));
        assert_eq!(numbers(None, Some("in")), pair("112", "14416"));
        assert_eq!(numbers(None, Some("PL")), pair("112", ""));
        assert_eq!(numbers(None, Some("XX")), pair("", ""));
        assert_eq!(numbers(None, None), pair("", ""));
        let settings = own(None, Some("116 123"), None);
        assert_eq!(numbers(Some(&settings), Some("DE")), pair("112", "116 123"));
    }

    #[test]
    fn answer_has_the_numbers_digit_by_digit_in_every_language() {
        for phrases in Phrases::ALL {
            let answer = EmergencyNumbers::of(None, Some("GB")).answer(None, phrases);
            assert!(answer.contains("9 9 9") && answer.contains("1 1 6, 1 2 3"), "{answer}");
            let unknown = EmergencyNumbers::of(None, None).answer(None, phrases);
            assert_eq!(unknown, phrases.emergency_services);
            assert!(!answer.contains("{}"), "{answer}");
        }
        let settings = own(None, None, Some("Call the nurse on duty."));
        let answer = EmergencyNumbers::of(Some(&settings), Some("US")).answer(Some(&settings), Phrases::ALL[0]);
        assert_eq!(answer, "Call the nurse on duty.");
    }

    #[test]
    fn every_number_is_one_that_a_caller_dials() {
        for country in COUNTRIES {
            let numbers = EmergencyNumbers::of(None, Some(country.code));
            let settings = crate::agent::AgentSettings {
                emergency: Some(own(numbers.number.as_deref(), numbers.helpline.as_deref(), None)),
                ..Default::default()
            };
            assert_eq!(settings.validate(), Ok(()), "{}", country.code);
        }
    }
}
