//! Splits DER into its elements, and a certificate into its fields (RFC 5280 section 4.1), without judging what is in them.

use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};

/// One encoded element: all of it, and what it holds.
#[derive(Debug, Clone)]
pub(super) struct Element<'a> {
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
    /// The content alone.
    pub(super) content: &'a [u8],
    class: Class,
    tag: Tag,
}

impl<'a> Element<'a> {
    /// The first element of `bytes`, and the bytes after it.
    pub(super) fn first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (rest, any) = Any::from_der(bytes).ok()?;
        let whole = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
        Some((Self { whole, content: any.data, class: any.header.class(), tag: any.header.tag() }, rest))
    }

    /// The elements in the content, as far as they can be told apart.
    pub(super) fn elements(&self) -> Vec<Self> {
        let mut rest = self.content;
        let mut elements = Vec::new();
        while let Some((element, after)) = Self::first(rest) {
            elements.push(element);
            rest = after;
        }
        elements
    }

    /// Whether it is of one of the types that ASN.1 defines.
    pub(super) fn is(&self, tag: Tag) -> bool {
        self.class == Class::Universal && self.tag == tag
    }

    /// Whether it is a field that is known by its number.
    pub(super) fn is_context(&self, number: u32) -> bool {
        self.class == Class::ContextSpecific && self.tag == Tag(number)
    }

    /// Its elements, if it is a sequence.
    pub(super) fn sequence(&self) -> Option<std::vec::IntoIter<Self>> {
        self.is(Tag::Sequence).then(|| self.elements().into_iter())
    }

    /// The one element inside of a field that is known by its number.
    pub(super) fn inside(&self, number: u32) -> Option<Self> {
        self.is_context(number).then(|| Self::first(self.content))?.map(|(element, _)| element)
    }

    /// The encoding of an object identifier.
    pub(super) fn identifier(&self) -> Option<&'a [u8]> {
        self.is(Tag::Oid).then_some(self.content)
    }

    /// The bytes of an octet string.
    pub(super) fn octets(&self) -> Option<&'a [u8]> {
        self.is(Tag::OctetString).then_some(self.content)
    }

    /// A number that is not negative and not large.
    pub(super) fn number(&self) -> Option<u32> {
        let fits = self.is(Tag::Integer) && self.content.first()? & 0x80 == 0;
        let add = |number: u32, byte: &u8| number.checked_mul(256)?.checked_add(u32::from(*byte));
        if fits { self.content.iter().try_fold(0, add) } else { None }
    }
}

/// The fields of a certificate.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// The serial number, as two's complement.
    pub(super) serial: &'a [u8],
    /// The algorithm that the issuer says it signed with.
    pub(super) signature: Element<'a>,
    pub(super) issuer: Element<'a>,
    pub(super) not_before: Element<'a>,
    pub(super) not_after: Element<'a>,
    pub(super) subject: Element<'a>,
    pub(super) key: Option<Element<'a>>,
    /// None before version 3.
    pub(super) extensions: Vec<Element<'a>>,
}

impl<'a> Fields<'a> {
    /// The fields, or none if `certificate` has not the shape of one.
    pub(super) fn of(certificate: &Element<'a>) -> Option<Self> {
        let signed = certificate.elements().into_iter().next()?;
        let mut fields = signed
            .elements()
            .into_iter()
            .skip_while(|element| element.is_context(0))
            .collect::<Vec<_>>()
            .into_iter();
        let mut next = |tag: Tag| fields.next().filter(|element| element.is(tag));
        let serial = next(Tag::Integer)?.content;
        let signature = next(Tag::Sequence)?;
        let issuer = next(Tag::Sequence)?;
        let [not_before, not_after] = next(Tag::Sequence)?.elements().try_into().ok()?;
        let subject = next(Tag::Sequence)?;
        let key = next(Tag::Sequence);
        let extensions = fields.find(|element| element.is_context(3));
        let extensions = extensions.and_then(|wrapper| wrapper.elements().into_iter().next());
        let extensions = extensions.map(|list| list.elements()).unwrap_or_default();
        (certificate.is(Tag::Sequence) && signed.is(Tag::Sequence)).then_some(Self {
            serial,
            signature,
            issuer,
            not_before,
            not_after,
            subject,
            key,
            extensions,
        })
    }
}
