//! The sizes Notion enforces, in one place.
//!
//! Source: <https://developers.notion.com/reference/request-limits>.

/// Characters of one `text.content`, counted in UTF-16 units.
pub(super) const TEXT_UNITS: usize = 2000;
/// Characters of an equation.
pub(super) const EQUATION_UNITS: usize = 1000;
/// Items of one rich text, and children of one block, in a request.
pub(super) const ARRAY_ITEMS: usize = 100;
/// Characters of any URL.
pub(super) const URL_UNITS: usize = 2000;
/// Characters of an e-mail address.
pub(super) const EMAIL_UNITS: usize = 200;
/// Characters of a phone number.
pub(super) const PHONE_UNITS: usize = 200;
/// Values of one multi-select.
pub(super) const MULTI_SELECT_VALUES: usize = 100;
/// Pages of one relation.
pub(super) const RELATIONS: usize = 100;
/// People of one people property.
pub(super) const PEOPLE: usize = 100;
/// Characters of an option name.
pub(super) const OPTION_NAME_UNITS: usize = 100;
/// Characters of a file name.
pub(super) const FILE_NAME_UNITS: usize = 900;
/// Blocks of one request, nested ones counted.
pub(super) const BLOCKS_PER_REQUEST: usize = 1000;
/// Bytes of one request body.
pub(super) const REQUEST_BYTES: usize = 500_000;
/// Levels of children one request may carry below a top-level block.
pub(super) const NESTED_LEVELS: usize = 2;
/// Results of one page of a list.
pub(super) const PAGE_SIZE: usize = 100;
/// Rows one query gives in all, however often it is paged.
pub(super) const QUERY_ROWS: usize = 10_000;
/// Bytes of an uploaded file in a free workspace.
pub(super) const UPLOAD_BYTES: usize = 5 * 1024 * 1024;
/// Bytes of an uploaded file in a workspace that pays.
pub(super) const PAID_UPLOAD_BYTES: usize = 5 * 1024 * 1024 * 1024;
/// Bytes of one part of a file, and of a file sent in one part.
pub(super) const PART_BYTES: usize = 20 * 1024 * 1024;
/// Bytes every part of a file has at least, but the last.
pub(super) const LEAST_PART_BYTES: usize = 5 * 1024 * 1024;
/// Parts of one file.
pub(super) const UPLOAD_PARTS: u64 = 1_000;
