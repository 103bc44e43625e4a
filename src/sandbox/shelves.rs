//! Three databases of people who want different things of the same videos: recipes, places, workouts.
//!
//! What they want is said by nothing but their columns' names, types, options and descriptions.

use serde_json::{Value, json};

use super::notion::{ApiError, DatabaseIds, EmulatedNotion};
use super::starter::STATUSES;

/// A database, and what its owner types into it by hand.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// Its title.
    pub title: &'static str,
    /// Its columns beside those for the link, the status and the reason.
    pub columns: Value,
    /// What its owner types into a row: values by column.
    pub typed: Value,
}

/// The three.
pub fn shelves() -> [Shelf; 3] {
    [recipes(), places(), workouts()]
}

/// Makes a shelf's database in the first workspace, without rows.
pub fn open(notion: &EmulatedNotion, shelf: &Shelf) -> Result<DatabaseIds, ApiError> {
    let statuses: Vec<Value> =
        STATUSES.into_iter().map(|(name, color)| json!({ "name": name, "color": color })).collect();
    let mut columns = json!({
        "Name": { "title": {} },
        "Link": { "url": {} },
        "Status": { "select": { "options": statuses } },
        "Reason": { "rich_text": {} },
    });
    if let (Some(all), Some(own)) = (columns.as_object_mut(), shelf.columns.as_object()) {
        all.extend(own.clone());
    }
    notion.create_database(shelf.title, &columns)
}

fn recipes() -> Shelf {
    Shelf {
        title: "Recipes",
        columns: json!({
            "Ingredients": { "rich_text": {}, "description": "What is needed to cook it, with amounts" },
            "Minutes": { "number": {}, "description": "How many minutes it cooks" },
            "Servings": { "number": {}, "description": "How many people it feeds" },
            "Course": { "select": { "options": [
                { "name": "Soup" }, { "name": "Salad" }, { "name": "Dessert" }, { "name": "Drink" },
            ] } },
            "Full recipe": { "url": {}, "description": "The web address of the recipe" },
        }),
        typed: json!({ "Servings": 3, "Ingredients": "As Grandma does it" }),
    }
}

fn places() -> Shelf {
    Shelf {
        title: "Places",
        columns: json!({
            "Kind": { "select": { "options": [
                { "name": "Viewpoint", "description": "A place with a view" },
                { "name": "Restaurant", "description": "A place to eat" },
                { "name": "Museum" },
            ] } },
            "How to get there": { "rich_text": {}, "description": "The tram, bus or way to take" },
            "Seen": { "checkbox": {} },
            "Published": { "date": {}, "description": "The day the video was published" },
        }),
        typed: json!({ "How to get there": "On foot, it is near", "Seen": true }),
    }
}

fn workouts() -> Shelf {
    Shelf {
        title: "Workouts",
        columns: json!({
            "Body": { "multi_select": { "options": [
                { "name": "Neck" }, { "name": "Back" }, { "name": "Legs" }, { "name": "Arms" },
            ] } },
            "Moves": { "number": {}, "description": "How many moves there are" },
            "Seconds": { "number": {}, "description": "How many seconds each of them takes" },
            "Equipment": { "select": { "options": [{ "name": "Mat" }, { "name": "Dumbbells" }, { "name": "Desk" }] } },
        }),
        typed: json!({ "Moves": 5, "Name": "My morning stretch" }),
    }
}
