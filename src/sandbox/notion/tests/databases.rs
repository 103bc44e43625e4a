//! Databases a stranger brings along: where they hang, what they hold, how they are found and mistaken.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::{Value, json};
use uuid::Uuid;

use super::{hold, words};
use crate::sandbox::notion::callers::Caller;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::error::ApiError;
use crate::sandbox::notion::workspace::Workspace;
use crate::sandbox::notion::{Connection, DatabaseIds, EmulatedNotion};

const LOGIN: &str = "http://notion.test/v1/oauth/authorize?client_id=linkscribe&response_type=code&owner=user\
                     &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fauth%2Fcallback&state=s";

/// A Notion with a page at the top, and a bot of a public integration that was given all there is.
fn connected() -> (EmulatedNotion, Connection, Uuid) {
    let notion = EmulatedNotion::new();
    let page = notion.add_page("Home").unwrap();
    notion.publish("linkscribe", "s3cret", "http://127.0.0.1:8080/auth/callback").unwrap();
    notion.allow(LOGIN).unwrap();
    let bot = notion.bots().remove(0);
    (notion, bot, page)
}

fn act<T>(notion: &EmulatedNotion, bot: Uuid, work: impl FnOnce(&mut Workspace, &Caller) -> T) -> T {
    let now = notion.now();
    notion.with(|held| {
        let me = Caller::bot(held.connection(bot).unwrap(), now);
        work(held, &me)
    })
}

fn create(notion: &EmulatedNotion, bot: Uuid, body: &Value) -> Result<Value, ApiError> {
    act(notion, bot, |held, me| held.create_database(me, &At::body(body)))
}

fn one_source(notion: &EmulatedNotion) -> DatabaseIds {
    notion.create_database("Videos", &json!({"Name": {"title": {}}, "Link": {"url": {}}})).unwrap()
}

fn share(notion: &EmulatedNotion, bot: &Connection, object: Uuid) {
    notion.with(|held| {
        let known = held.connections.iter_mut().find(|known| known.bot_id == bot.bot_id).unwrap();
        known.granted.get_or_insert_default().insert(object);
    });
}

#[test]
fn a_database_is_created_where_and_as_notion_lets_a_public_integration() {
    let (notion, bot, page) = connected();
    let trashed = notion.add_page("gone").unwrap();
    share(&notion, &bot, trashed);
    notion.set_trashed(trashed, true).unwrap();
    let hidden = notion.add_page("not shared").unwrap();
    let top = json!({"type": "workspace", "workspace": true});
    let under = |id: Uuid| json!({"type": "page_id", "page_id": id});
    let source =
        |properties: Value| json!({"parent": top, "initial_data_source": {"properties": properties}});
    let nobody = Uuid::new_v4();
    let related = |more: Value| {
        let mut relation = json!({"data_source_id": nobody});
        relation.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        source(json!({"Name": {"title": {}}, "To": {"relation": relation}}))
    };
    let rules = vec![
        ("at the top", json!({"parent": top, "title": words("Videos")}), None),
        ("under a page", json!({"parent": under(page), "is_inline": true, "icon": {"emoji": "🎬"}}), None),
        ("with described columns", source(json!({"Name": {"title": {}, "description": "a title"}})), None),
        ("there is a parent", json!({"title": words("x")}), Some("parent should be defined")),
        ("a parent says where", json!({"parent": {}}), Some("workspace should be defined")),
        (
            "a parent is no database",
            json!({"parent": {"database_id": nobody}}),
            Some("should be not present"),
        ),
        ("the workspace is true", json!({"parent": {"workspace": false}}), Some("a page or the workspace")),
        ("a page is shared", json!({"parent": under(hidden)}), Some("Could not find page")),
        ("a page exists", json!({"parent": under(nobody)}), Some("Could not find page")),
        ("a page is alive", json!({"parent": under(trashed)}), Some("archived")),
        (
            "columns stand in their source",
            json!({"parent": top, "properties": {}}),
            Some("should be not present"),
        ),
        ("a title is rich text", json!({"parent": top, "title": "Videos"}), Some("should be an array")),
        (
            "a source has columns alone",
            json!({"parent": top, "initial_data_source": {"title": []}}),
            Some("not present"),
        ),
        ("there is a title column", source(json!({"Link": {"url": {}}})), Some("Title is not provided")),
        (
            "a type has its own settings",
            source(json!({"Name": {"title": {"big": true}}})),
            Some("should be not present"),
        ),
        ("a relation has a direction", related(json!({})), Some("single_property")),
        (
            "a relation leads somewhere",
            related(json!({"single_property": {}})),
            Some("Could not find data_source"),
        ),
    ];
    hold(rules, |sent| create(&notion, bot.bot_id, sent).map(drop));
    let internal = notion.connection().bot_id;
    let refused = create(&notion, internal, &json!({"parent": top})).unwrap_err();
    assert!(refused.message.contains("use a public integration"), "{refused}");
    let row = json!({"parent": top, "properties": {}});
    let refused = act(&notion, internal, |held, me| held.create_page(me, &At::body(&row))).unwrap_err();
    assert!(refused.message.contains("Internal integrations aren't owned by a single user"), "{refused}");
    create(&notion, internal, &json!({"parent": under(page)})).unwrap();
}

#[test]
fn a_new_database_is_seen_by_its_maker_and_by_nobody_who_was_not_given_it() {
    let (notion, bot, _) = connected();
    let made = create(&notion, bot.bot_id, &json!({"parent": {"workspace": true}})).unwrap();
    let source: Uuid = made["data_sources"][0]["id"].as_str().unwrap().parse().unwrap();
    let row = json!({"parent": {"data_source_id": source}, "properties": {"Name": {"title": words("x")}}});
    act(&notion, bot.bot_id, |held, me| held.create_page(me, &At::body(&row))).unwrap();
    let anna = notion.add_person("Anna", &["Kitchen"]).person;
    notion.join(anna.id, notion.connection().workspace).unwrap();
    notion.publish("stranger", "x", "http://127.0.0.1:9/").unwrap();
    let consent = crate::sandbox::notion::Consent { workspace: Some(bot.workspace), share: Some(Vec::new()) };
    notion.allow_as(anna.id, LOGIN, &consent).unwrap();
    let other = notion.bots().remove(1);
    let refused = act(&notion, other.bot_id, |held, me| held.data_source(me, source)).unwrap_err();
    assert_eq!((refused.status, refused.code), (404, "object_not_found"));
    let refused = act(&notion, other.bot_id, |held, me| held.create_page(me, &At::body(&row))).unwrap_err();
    assert_eq!((refused.status, refused.code), (404, "object_not_found"));
}

#[test]
fn a_page_is_told_from_a_database_if_it_was_shared() {
    let (notion, bot, page) = connected();
    let ids = one_source(&notion);
    share(&notion, &bot, ids.database);
    let read = |id: Uuid| act(&notion, bot.bot_id, |held, me| held.database(me, id));
    let refused = read(page).unwrap_err();
    assert_eq!((refused.status, refused.code), (400, "validation_error"));
    assert!(refused.message.contains("is a page, not a database"), "{refused}");
    let row = notion.add_row(ids.data_source, &json!({"Name": "x"})).unwrap();
    assert!(read(row).unwrap_err().message.contains("is a page, not a database"), "a row is a page");
    let refused = act(&notion, bot.bot_id, |held, me| held.page_read(me, ids.database, &[])).unwrap_err();
    assert!(refused.message.contains("is a database, not a page"), "{refused}");
    assert_eq!(read(ids.data_source).unwrap_err().status, 404, "a data source is no database");
    let refused = act(&notion, bot.bot_id, |held, me| held.data_source(me, ids.database)).unwrap_err();
    assert_eq!(refused.status, 404, "and a database no data source");
    let hidden = notion.add_page("not shared").unwrap();
    let refused = read(hidden).unwrap_err();
    assert_eq!(
        (refused.status, refused.code),
        (404, "object_not_found"),
        "nothing is told about what is hidden"
    );
}

#[test]
fn a_row_goes_into_a_data_source_and_names_it_where_there_are_several() {
    let (notion, bot, _) = connected();
    let ids = one_source(&notion);
    share(&notion, &bot, ids.database);
    let row = |parent: Value| {
        let body = json!({"parent": parent, "properties": {"title": {"title": words("x")}}});
        act(&notion, bot.bot_id, |held, me| held.create_page(me, &At::body(&body)))
    };
    row(json!({"database_id": ids.database})).unwrap();
    let second = notion.add_data_source(ids.database, "More", &json!({"Name": {"title": {}}})).unwrap();
    let shown = act(&notion, bot.bot_id, |held, me| held.database(me, ids.database)).unwrap();
    let names: Vec<_> =
        shown["data_sources"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["Videos", "More"]);
    let refused = row(json!({"database_id": ids.database})).unwrap_err();
    assert!(refused.message.contains("multiple data sources"), "{refused}");
    let told = refused.additional_data.unwrap();
    assert_eq!(told["child_data_source_ids"], json!([ids.data_source, second]));
    let made = row(json!({"data_source_id": second})).unwrap();
    assert_eq!(made["parent"]["data_source_id"], json!(second));
    let linked = notion.link_database(bot.workspace, "A view").unwrap();
    share(&notion, &bot, linked);
    let refused = row(json!({"database_id": linked})).unwrap_err();
    assert!(refused.message.contains("does not contain any data sources"), "{refused}");
    let shown = act(&notion, bot.bot_id, |held, me| held.database(me, linked)).unwrap();
    assert_eq!(shown["data_sources"], json!([]));
}

#[test]
fn more_data_sources_are_made_as_notion_takes_them() {
    let (notion, bot, page) = connected();
    let ids = one_source(&notion);
    share(&notion, &bot, ids.database);
    let parent = json!({"type": "database_id", "database_id": ids.database});
    let columns = json!({"Name": {"title": {}}});
    let rules = vec![
        ("a source", json!({"parent": parent, "properties": columns, "title": words("More")}), None),
        ("it has columns", json!({"parent": parent}), Some("properties should be defined")),
        ("it has a database", json!({"properties": columns}), Some("parent should be defined")),
        (
            "its parent is a database",
            json!({"parent": {"database_id": page}, "properties": columns}),
            Some("is a page"),
        ),
        (
            "it knows no page",
            json!({"parent": {"page_id": page}, "properties": columns}),
            Some("not present"),
        ),
    ];
    hold(rules, |sent| {
        act(&notion, bot.bot_id, |held, me| held.create_data_source(me, &At::body(sent))).map(drop)
    });
}

#[test]
fn columns_are_changed_as_notion_takes_it() {
    let (notion, bot, _) = connected();
    let columns = json!({
        "Name": {"title": {}}, "Link": {"url": {}},
        "Tags": {"multi_select": {"options": [{"name": "a", "color": "red"}, {"name": "b"}]}},
    });
    let ids = notion.create_database("Videos", &columns).unwrap();
    share(&notion, &bot, ids.database);
    let patch = |properties: &Value| {
        let body = json!({"properties": properties});
        act(&notion, bot.bot_id, |held, me| held.update_data_source(me, ids.data_source, &At::body(&body)))
    };
    let tag = notion.data_source(ids.data_source).unwrap()["properties"]["Tags"]["multi_select"]["options"]
        [0]
    .clone();
    let tags = |options: Value| json!({"Tags": {"multi_select": {"options": options}}});
    let rules = vec![
        ("a new column", json!({"Summary": {"rich_text": {}, "description": "two sentences"}}), None),
        ("a description comes with the type", json!({"Link": {"url": {}, "description": "the video"}}), None),
        ("and is taken back", json!({"Link": {"url": {}, "description": null}}), None),
        ("a name comes alone", json!({"Link": {"name": "Address"}}), None),
        (
            "an option is renamed by its id",
            tags(json!([{"id": tag["id"], "name": "A"}, {"name": "b"}])),
            None,
        ),
        (
            "an option is described",
            tags(json!([{"id": tag["id"], "description": "first"}, {"name": "c"}])),
            None,
        ),
        ("a description needs the type", json!({"Address": {"description": "x"}}), Some("name the type")),
        ("nothing is no change", json!({"Address": {}}), Some("name the type")),
        ("an unknown column needs a type", json!({"Nope": {"name": "x"}}), Some("name the type")),
        ("an unknown column cannot go", json!({"Nope": null}), Some("not a property that exists")),
        ("the title stays", json!({"title": null}), Some("Cannot delete the title")),
        ("a name is free", json!({"Address": {"name": "Tags"}}), Some("name of another property")),
        ("a colour stays", tags(json!([{"id": tag["id"], "color": "blue"}])), Some("Cannot update color")),
        (
            "an option's id is known",
            tags(json!([{"id": "nope", "name": "x"}])),
            Some("not an option of this property"),
        ),
        ("an option holds no comma", tags(json!([{"name": "a, b"}])), Some("commas not allowed")),
        ("a type has its own settings", json!({"Address": {"url": {"options": []}}}), Some("not present")),
    ];
    hold(rules, |sent| patch(sent).map(drop));
    let shown = notion.data_source(ids.data_source).unwrap();
    assert_eq!(shown["properties"]["Summary"]["description"], "two sentences");
    let options = shown["properties"]["Tags"]["multi_select"]["options"].as_array().unwrap();
    let told: Vec<_> = options.iter().map(|one| (one["name"].clone(), one["description"].clone())).collect();
    assert_eq!(told, [(json!("A"), json!("first")), (json!("c"), Value::Null)]);
}

#[test]
fn a_search_pages_through_many_databases_and_finds_only_what_was_given() {
    let (notion, bot, _) = connected();
    let columns = json!({"Name": {"title": {}}});
    let many = notion.create_databases(bot.workspace, 251, "Videos", &columns).unwrap();
    many.iter().skip(1).for_each(|ids| share(&notion, &bot, ids.database));
    let search = |more: Value| {
        let mut body = json!({"filter": {"property": "object", "value": "data_source"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        act(&notion, bot.bot_id, |held, me| held.search(me, &At::body(&body)))
    };
    let (mut seen, mut sizes, mut more) = (std::collections::BTreeSet::new(), Vec::new(), json!({}));
    loop {
        let page = search(more).unwrap();
        let results = page["results"].as_array().unwrap();
        sizes.push(results.len());
        seen.extend(results.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        if page["has_more"] == json!(false) {
            assert_eq!(page["next_cursor"], Value::Null);
            break;
        }
        more = json!({"start_cursor": page["next_cursor"]});
    }
    assert_eq!((sizes, seen.len()), (vec![100, 100, 50], 250));
    assert!(!seen.contains(&many[0].data_source.to_string()), "the first was not given");
    let found = search(json!({"query": "videos 77"})).unwrap();
    assert_eq!(found["results"][0]["id"], json!(many[76].data_source));
    let rules = vec![
        ("a cursor is one that was given", json!({"start_cursor": "nope"}), Some("start_cursor")),
        ("a page has 100 at most", json!({"page_size": 101}), Some("from 1 to 100")),
        ("a page has something", json!({"page_size": 0}), Some("from 1 to 100")),
        (
            "databases are not searched",
            json!({"filter": {"property": "object", "value": "database"}}),
            Some("value should be"),
        ),
    ];
    hold(rules, |sent| search(sent.clone()).map(drop));
}

#[test]
fn a_database_in_a_page_stands_in_its_body() {
    let (notion, bot, page) = connected();
    let ids = notion.create_database_under(page, "Inline", &json!({"Name": {"title": {}}})).unwrap();
    let children = || {
        let read = |held: &mut Workspace, me: &Caller| held.children_read(me, page, &At::body(&json!({})));
        act(&notion, bot.bot_id, read).unwrap()["results"].clone()
    };
    let shown = children();
    assert_eq!((&shown[0]["type"], &shown[0]["id"]), (&json!("child_database"), &json!(ids.database)));
    assert_eq!(shown[0]["child_database"]["title"], "Inline");
    let block = act(&notion, bot.bot_id, |held, me| held.block(me, ids.database)).unwrap();
    assert_eq!(block["type"], "child_database");
    let body = json!({"in_trash": true});
    act(&notion, bot.bot_id, |held, me| held.update_database(me, ids.database, &At::body(&body))).unwrap();
    assert_eq!(children(), json!([]), "a database in the trash is no block any more");
}
