//! Old collections: exports of the platforms, and the rows made of them.

mod exports;
mod hostile;
mod killed;
mod taking_in;
mod world;
