//! The Link Database a newcomer meets: columns that show what Linkscribe can fill, and how a description asks for it.

use serde_json::{Value, json};

use super::notion::{ApiError, DatabaseIds, EmulatedNotion};

/// The name of the database.
pub const TITLE: &str = "Saved videos";

/// The columns from left to right; Notion's API has no order of columns, its window does.
pub const ORDER: [&str; 11] = [
    "Name",
    "Status",
    "Link",
    "Summary",
    "Tags",
    "Ingredients",
    "Minutes",
    "Servings",
    "Website",
    "Published",
    "Reason",
];

/// Linkscribe's statuses with their colours, in the order a row goes through them.
pub const STATUSES: [(&str, &str); 7] = [
    ("pending", "gray"),
    ("downloading", "blue"),
    ("transcribing", "purple"),
    ("processing", "yellow"),
    ("saving", "orange"),
    ("completed", "green"),
    ("failed", "red"),
];

const TAGS: [(&str, &str, &str); 8] = [
    ("Recipe", "orange", "Something to cook, bake or mix"),
    ("Travel", "blue", "A place to go, or how to get there"),
    ("Fitness", "green", "Exercise, stretching, sport"),
    ("Tech", "gray", "Devices, software, programming"),
    ("Music", "purple", "A song, an instrument, a concert"),
    ("DIY", "brown", "Building or repairing something by hand"),
    ("Beauty", "pink", "Hair, skin, make-up, clothes"),
    ("Learning", "yellow", "Explains how something works"),
];

/// Makes the database in the first workspace, without rows.
pub fn open(notion: &EmulatedNotion) -> Result<DatabaseIds, ApiError> {
    notion.create_database(TITLE, &columns())
}

fn columns() -> Value {
    let statuses: Vec<Value> =
        STATUSES.into_iter().map(|(name, color)| json!({"name": name, "color": color})).collect();
    let tags: Vec<Value> = TAGS
        .into_iter()
        .map(|(name, color, description)| json!({"name": name, "color": color, "description": description}))
        .collect();
    json!({
        "Name": {"title": {}, "description": "A short title for the video"},
        "Link": {"url": {}, "description": "The video to watch"},
        "Status": {"select": {"options": statuses}, "description": "Where Linkscribe is with this row"},
        "Reason": {"rich_text": {}, "description": "Why it failed"},
        "Summary": {"rich_text": {}, "description": "Two or three sentences"},
        "Tags": {"multi_select": {"options": tags}, "description": "What the video is about"},
        "Ingredients": {"rich_text": {}, "description": "What is needed to cook it, with amounts"},
        "Minutes": {"number": {}, "description": "How many minutes it takes"},
        "Servings": {"number": {}, "description": "How many people it feeds"},
        "Website": {"url": {}, "description": "A web address shown or said in the video"},
        "Published": {"date": {}, "description": "The day the video was published"},
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

    use super::*;
    use crate::domain::stage::Status;

    #[test]
    fn the_statuses_are_the_ones_linkscribe_writes() {
        assert_eq!(STATUSES.map(|(name, _)| name), Status::ALL.map(Status::name));
    }

    #[test]
    fn every_column_has_a_place_and_says_what_it_wants() {
        let notion = EmulatedNotion::new();
        let source = notion.data_source(open(&notion).unwrap().data_source).unwrap();
        let columns = source["properties"].as_object().unwrap();
        let mut names: Vec<&str> = columns.keys().map(String::as_str).collect();
        let mut placed = ORDER.to_vec();
        names.sort_unstable();
        placed.sort_unstable();
        assert_eq!(names, placed);
        for (name, column) in columns {
            assert!(column["description"].as_str().is_some_and(|words| !words.is_empty()), "{name}");
        }
    }
}
