//! `#[derive(Record)]`: the columns of a model, read from its fields.
//!
//! The struct is the one place where a field is written down; its column, its
//! wire name, its Postgres type and its documentation all come from there. A
//! field of a type that has no Postgres form does not compile.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Meta,
    Result,
};

/// Implements `connector_spec::Record` for a struct with named fields.
///
/// A field's name is its column, and its wire name is the same in camelCase,
/// unless one of these says otherwise:
///
/// - `#[record(wire = "type")]`: the name in the JSON,
/// - `#[record(alias = "filterTypes")]`: an older or other name for it (repeatable),
/// - `#[record(secret)]`: stored as a keyed fingerprint, so that only a change shows,
/// - `#[record(secret_address)]`: an address, of which the parts that open something are,
/// - `#[record(secret_members("password"))]`: the same for members inside a nested value,
/// - `#[record(volatile)]`: a change of this field alone does not rewrite the row,
/// - `#[record(unordered)]`: a list whose order means nothing,
/// - `#[record(unit = "seconds")]`: what a time counts that is a number: `seconds`,
///   `milliseconds` or `microseconds` since 1970, or either of two, such as
///   `seconds or milliseconds`, where the vendor's own documents disagree,
/// - `#[record(whole)]`: the item itself, whatever it is,
/// - `#[record(position)]`: the row's absolute position in its listing.
///
/// `#[record(snake_case)]` on the struct makes the wire names equal to the
/// columns' names.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "a record has named fields"));
    };
    let mut snake_case = false;
    for attribute in record_attributes(&input.attrs) {
        attribute.parse_nested_meta(|meta| {
            snake_case = meta.path.is_ident("snake_case");
            if snake_case { Ok(()) } else { Err(meta.error("a struct takes `snake_case` only")) }
        })?;
    }
    let columns =
        fields.named.iter().map(|field| column(field, snake_case)).collect::<Result<Vec<_>>>()?;
    let name = &input.ident;
    let doc = documentation(&input.attrs);
    Ok(quote! {
        impl ::connector_spec::Record for #name {
            const DOC: &'static str = #doc;
            const COLUMNS: &'static [::connector_spec::Column] = &[#(#columns),*];
        }
    })
}

fn column(field: &Field, snake_case: bool) -> Result<TokenStream> {
    let ident =
        field.ident.as_ref().ok_or_else(|| Error::new(field.span(), "a field has a name"))?;
    let name = ident.unraw().to_string();
    let mut wire = if snake_case { name.clone() } else { camel_case(&name) };
    let mut aliases = Vec::new();
    let mut calls = Vec::new();
    for attribute in record_attributes(&field.attrs) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("wire") {
                wire = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.path.is_ident("alias") {
                aliases.push(meta.value()?.parse::<LitStr>()?);
            } else if meta.path.is_ident("secret_members") {
                let list;
                syn::parenthesized!(list in meta.input);
                let names = list.parse_terminated(<LitStr as syn::parse::Parse>::parse, syn::Token![,])?;
                let names = names.into_iter();
                calls.push(quote!(.secret_members(&[#(#names),*])));
            } else if meta.path.is_ident("unit") {
                let units = units(&meta.value()?.parse()?)?;
                calls.push(quote!(.units(&[#(::connector_spec::TimeUnit::#units),*])));
            } else if ["secret", "secret_address", "volatile", "unordered", "whole", "position"].iter().any(|known| meta.path.is_ident(known)) {
                let call = meta.path.require_ident()?;
                calls.push(quote!(.#call()));
            } else {
                return Err(meta.error("expected `wire`, `alias`, `secret`, `secret_address`, `secret_members`, `volatile`, `unordered`, `unit`, `whole` or `position`"));
            }
            Ok(())
        })?;
    }
    let doc = documentation(&field.attrs);
    let kind = &field.ty;
    // The span of the type puts "no Postgres form" on the line of the field.
    let new = quote_spanned!(kind.span()=> ::connector_spec::Column::new::<#kind>);
    Ok(quote!(#new(#name, #wire, &[#(#aliases),*], #doc)#(#calls)*))
}

/// The variants that a text such as `seconds or milliseconds` names.
fn units(text: &LitStr) -> Result<Vec<Ident>> {
    let unit = |name: &str| match name {
        "seconds" => Ok(Ident::new("Seconds", text.span())),
        "milliseconds" => Ok(Ident::new("Milliseconds", text.span())),
        "microseconds" => Ok(Ident::new("Microseconds", text.span())),
        _ => Err(Error::new(
            text.span(),
            "expected `seconds`, `milliseconds` or `microseconds`, or two of them with `or` between",
        )),
    };
    text.value().split(" or ").map(unit).collect()
}

fn record_attributes(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("record"))
}

/// The doc comment as one line, for the table's and the column's comments.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// `created_on` as `createdOn`; a leading underscore stays.
fn camel_case(name: &str) -> String {
    let body = name.trim_start_matches('_');
    let mut wire = "_".repeat(name.len() - body.len());
    let mut words = body.split('_');
    wire.push_str(words.next().unwrap_or_default());
    for word in words {
        let mut letters = word.chars();
        wire.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        wire.push_str(letters.as_str());
    }
    wire
}
