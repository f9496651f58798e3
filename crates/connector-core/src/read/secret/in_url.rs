//! Addresses that open something to whoever knows them, as those of webhooks do. Pure.
//!
//! Whose address it is stays to be seen: only what is made to be guessed by nobody is secret.

use super::by_name::spoken;

/// An address in which `veil` stands for the parts that are secret: the user, what looks made
/// by chance, and parameters whose names speak of secrets. Nothing, if there are none.
pub(super) fn veiled(address: &str, veil: impl Fn(&str) -> String) -> Option<String> {
    let start = address.find("://")? + 3;
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |end| start + end);
    let (authority, rest) = (&address[start..end], &address[end..]);
    let mut any = false;
    let mut shown = address[..start].to_owned();
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            any = true;
            shown.extend([&veil(user), "@", host]);
        }
        None => shown.push_str(authority),
    }
    let mut name = None;
    for part in rest.split_inclusive(['/', '?', '&', ';', '=', '#']) {
        let value = part.trim_end_matches(['/', '?', '&', ';', '=', '#']);
        let named = name.take().is_some_and(is_of_a_secret);
        if !value.is_empty() && (named || is_by_chance(value)) {
            any = true;
            shown.push_str(&veil(value));
            shown.push_str(&part[value.len()..]);
        } else {
            shown.push_str(part);
        }
        name = part.strip_suffix('=');
    }
    any.then_some(shown)
}

/// Whether a parameter's name speaks of a secret; in an address, a few more do.
fn is_of_a_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    spoken(name).is_some() || ["key", "auth", "code", "sig", "signature"].contains(&&*lower)
}

/// Whether a part looks made by chance: sixteen letters and digits or more in one, with some
/// of both, or a UUID. Words have no digits, and numbers that count no letters.
fn is_by_chance(part: &str) -> bool {
    let mixed = |run: &str| {
        run.len() >= 16
            && run.bytes().any(|byte| byte.is_ascii_digit())
            && run.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let groups: Vec<&str> = part.split('-').collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths = groups.iter().map(|group| group.len());
    let is_uuid = lengths.eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex);
    is_uuid || part.split(|c: char| !c.is_ascii_alphanumeric()).any(mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_something_is_taken_out_of_an_address_and_all_else_stays() {
        for (address, shown) in [
            (
                "https://hooks.example.com/services/T00000000/B00000000/XXXX1234XXXX1234XXXX1234",
                Some("https://hooks.example.com/services/T00000000/B00000000/*"),
            ),
            (
                "https://example.com/api/webhooks/123456789012345678/aB3-dEfGh1jKlMnOpQrStUv_x?wait=true",
                Some("https://example.com/api/webhooks/123456789012345678/*?wait=true"),
            ),
            (
                "https://example.com/in/0b7c1a52-93d4-4e0f-8a71-6f2d5c3b9e10/",
                Some("https://example.com/in/*/"),
            ),
            ("https://user:pass@example.com/hook", Some("https://*@example.com/hook")),
            ("https://example.com?token=S&a=1#b", Some("https://example.com?token=*&a=1#b")),
            ("https://example.com/f?code=S", Some("https://example.com/f?code=*")),
            ("https://example.com/webhook/", None),
            ("https://example.com/teams/orders-2026/events?version=2&token_type=x", None),
            ("https://play.example.com/in/e_1234567890/", None),
            ("https://example.com:8443", None),
            ("not an address, of T0000000000000000", None),
            ("", None),
        ] {
            let veiled = veiled(address, |_| "*".to_owned());
            assert_eq!(veiled.as_deref(), shown, "{address}");
        }
    }
}
