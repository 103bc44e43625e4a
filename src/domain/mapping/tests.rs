#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
use std::collections::BTreeSet;

use super::*;

/// Columns as name and type.
type Columns = &'static [(&'static str, &'static str)];

/// Choices that are refused.
type Wrong = &'static [(Part, Option<&'static str>)];

/// A column whose id is its name; options behind a colon, such as `status:To do,Done`.
fn column(name: &str, kind: &str) -> Column {
    let (kind, options) = kind.split_once(':').unwrap_or((kind, ""));
    let options: Vec<ChoiceOption> =
        options.split(',').filter(|option| !option.is_empty()).map(ChoiceOption::named).collect();
    let kind = match kind {
        "title" => ColumnKind::Title,
        "text" => ColumnKind::RichText,
        "url" => ColumnKind::Url,
        "select" => ColumnKind::Select { options },
        "multi" => ColumnKind::MultiSelect { options },
        "status" => ColumnKind::Status { options, unset: None },
        other => ColumnKind::Other { kind: other.to_owned() },
    };
    Column { id: name.to_owned(), name: name.to_owned(), description: String::new(), kind }
}

fn schema(columns: &[(&str, &str)]) -> Schema {
    let columns = columns.iter().map(|(name, kind)| column(name, kind)).collect();
    Schema { columns, ..Schema::default() }
}

/// A title column and the given ones.
fn proposed(columns: &[(&str, &str)]) -> Result<Mapping, MappingProblem> {
    propose(&schema(&[&[("Name", "title")], columns].concat()))
}

#[test]
fn columns_are_found_by_type_and_by_name_in_any_language() {
    let table: &[(Columns, &str, &str)] = &[
        (&[("Link", "url"), ("Status", "select")], "Link", "Status"),
        (&[("Website", "url"), ("Video URL", "url"), ("Status", "select")], "Video URL", "Status"),
        (&[("Bookmarklink", "url"), ("Link", "url"), ("Status", "select")], "Link", "Status"),
        (&[("Quelle", "url"), ("Zustand", "select")], "Quelle", "Zustand"),
        (&[("A", "url"), ("B", "url"), ("Status", "select")], "A", "Status"),
        (&[("Enlace", "url"), ("ESTADO", "select")], "Enlace", "ESTADO"),
        (&[("Lien vidéo", "url"), ("État", "select")], "Lien vidéo", "État"),
        (&[("链接", "url"), ("状态", "select")], "链接", "状态"),
        (&[("動画リンク", "url"), ("ステータス", "select")], "動画リンク", "ステータス"),
        (&[("Ссылка", "url"), ("Статус", "select")], "Ссылка", "Статус"),
        (&[("링크", "url"), ("상태", "select")], "링크", "상태"),
        (&[("🔗 Link", "url"), ("📌 Status", "select")], "🔗 Link", "📌 Status"),
        (
            &[("URL", "url"), ("Link", "url"), ("Job status", "select"), ("Status", "select")],
            "Link",
            "Status",
        ),
        (&[("लिंक", "url"), ("स्थिति", "select")], "लिंक", "स्थिति"),
        // A category is no status, however alone it stands among the selects.
        (&[("Link", "url"), ("Cuisine", "select:Thai"), ("Fase", "status:To do,Done")], "Link", "Fase"),
        (&[("Link", "url"), ("Cuisine", "select:Thai"), ("X", "select:Pending,Completed")], "Link", "X"),
    ];
    for (columns, link, status) in table {
        let mapping = proposed(columns).unwrap();
        assert_eq!((mapping.link.as_str(), mapping.status.id.as_str()), (*link, *status), "{columns:?}");
        assert_eq!(mapping.title, "Name");
    }
}

#[test]
fn a_problem_says_what_to_add() {
    let table: &[(Columns, &str)] = &[
        (
            &[("Status", "select")],
            "There is no column for links. Add a URL column to the database, then register it again.",
        ),
        (
            &[("Link", "url"), ("Cuisine", "select:Thai")],
            "There is no column for the status. Add a select column named Status to the database, then register it again.",
        ),
        (
            &[("Link", "url"), ("Stage", "status:Idea,Done")],
            "The column Stage has no option for links that wait. Add an option named pending to it, then register the database again.",
        ),
        (
            &[("Link", "url"), ("Stage", "status:To-do,Published")],
            "The column Stage has no option for links that are done. Add an option named completed to it, then register the database again.",
        ),
    ];
    for (columns, sentence) in table {
        assert_eq!(proposed(columns).unwrap_err().to_string(), *sentence);
    }
    let untitled = schema(&[("Link", "url"), ("Status", "select")]);
    assert_eq!(propose(&untitled), Err(MappingProblem::NoTitle));
}

#[test]
fn a_select_column_shows_our_own_names_in_its_own_spelling() {
    let status = proposed(&[("Link", "url"), ("Status", "select:PENDING,Échoué,Failed")]).unwrap().status;
    assert_eq!(status.kind, StatusKind::Select);
    assert_eq!(status.options.len(), Status::ALL.len());
    assert_eq!(status.options[&Status::Pending], "PENDING");
    assert_eq!(status.options[&Status::Failed], "Failed");
    assert_eq!(status.options[&Status::Saving], "saving");
}

#[test]
fn a_status_column_shows_only_options_that_exist() {
    let notion = "status:Not started,In progress,Done";
    let status = proposed(&[("Link", "url"), ("Status", notion)]).unwrap().status;
    assert_eq!(status.kind, StatusKind::Status);
    assert_eq!(status.options[&Status::Pending], "Not started");
    for working in [Status::Downloading, Status::Transcribing, Status::Processing, Status::Saving] {
        assert_eq!(status.options[&working], "In progress");
    }
    assert_eq!(status.options[&Status::Completed], "Done");
    assert_eq!(status.options[&Status::Failed], "In progress", "a failed row stops looking as if it waited");
}

#[test]
fn an_option_with_our_own_name_comes_before_a_synonym() {
    let mixed = "status:Inbox,Pending,Doing,Saving,Done,Complete,Cancelled";
    let options = proposed(&[("Link", "url"), ("Status", mixed)]).unwrap().status.options;
    assert_eq!(options[&Status::Pending], "Pending");
    assert_eq!(options[&Status::Saving], "Saving");
    assert_eq!(options[&Status::Processing], "Doing");
    assert_eq!(options[&Status::Completed], "Done");
    assert_eq!(options[&Status::Failed], "Cancelled");
}

#[test]
fn a_reason_column_is_a_text_column_with_exactly_such_a_name() {
    for (name, kind, found) in [
        ("Reason", "text", true),
        ("Fehlergrund", "text", true),
        ("Razón", "text", true),
        ("原因", "text", true),
        ("Reason to visit", "text", false),
        ("Notes", "text", false),
        ("Error", "select", false),
    ] {
        let mapping = proposed(&[("Link", "url"), ("Status", "select"), (name, kind)]).unwrap();
        assert_eq!(mapping.reason.is_some(), found, "{name}");
    }
}

#[test]
fn every_name_is_written_folded() {
    let lists =
        [LINK_NAMES, STATUS_NAMES, REASON_NAMES, PENDING_NAMES, WORKING_NAMES, COMPLETED_NAMES, FAILED_NAMES];
    for name in lists.concat() {
        assert_eq!(fold(name), name);
    }
}

#[test]
fn no_option_name_stands_for_two_statuses_of_different_meaning() {
    let own = Status::ALL.map(Status::name);
    let lists = [PENDING_NAMES, WORKING_NAMES, COMPLETED_NAMES, FAILED_NAMES];
    let all: Vec<&str> = lists.concat().into_iter().chain(own).filter(|name| *name != "processing").collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn where_names_say_nothing_the_column_that_is_used_most_holds_the_links() {
    let columns =
        schema(&[("Name", "title"), ("A", "url"), ("B", "url"), ("C", "url"), ("Status", "select")]);
    let usage = Usage { rows: 9, filled: [("A".into(), 1), ("B".into(), 8), ("C".into(), 8)].into() };
    assert_eq!(draft(&columns, &usage).mapping.link, "B");
    let named = schema(&[("Name", "title"), ("A", "url"), ("Link", "url"), ("Status", "select")]);
    assert_eq!(draft(&named, &usage).mapping.link, "Link", "a name says more than use");
}

#[test]
fn a_tag_column_is_one_to_choose_from_with_exactly_such_a_name() {
    for (name, kind, found) in [
        ("Tag", "select", true),
        ("TAG", "multi", true),
        ("Étiquette", "select", true),
        ("标签", "select", true),
        ("Tags", "multi", false),
        ("Tag", "text", false),
        ("Price tag", "select", false),
    ] {
        let mapping = proposed(&[("Link", "url"), ("Status", "select"), (name, kind)]).unwrap();
        assert_eq!(mapping.tag.is_some(), found, "{name} {kind}");
        assert_eq!(mapping.reserved().contains(&name), found, "a tag is never filled by a summary");
    }
}

#[test]
fn a_choice_is_taken_where_the_column_can_play_the_part() {
    let columns = schema(&[
        ("Name", "title"),
        ("Link", "url"),
        ("Other", "url"),
        ("Status", "select"),
        ("Tag", "select"),
        ("Stage", "status:Idea,Done"),
        ("Note", "text"),
    ]);
    let choose = |choices: &[(Part, Option<&str>)]| {
        let mut mapping = propose(&columns).unwrap();
        let choices = choices.iter().map(|(part, id)| (*part, id.map(ToOwned::to_owned))).collect();
        apply(&mut mapping, &columns, &choices).map(|()| mapping)
    };
    let mapping = choose(&[(Part::Link, Some("Other")), (Part::Reason, Some("Note"))]).unwrap();
    assert_eq!((mapping.link.as_str(), mapping.reason.as_deref()), ("Other", Some("Note")));
    let mapping = choose(&[(Part::Status, Some("Tag"))]).unwrap();
    assert_eq!((mapping.status.id.as_str(), mapping.tag), ("Tag", None), "a tag gives its column up");
    assert_eq!(choose(&[(Part::Tag, None)]).unwrap().tag, None);
    let table: &[(Wrong, &str)] = &[
        (&[(Part::Link, Some("nope"))], "The database has no column with the id `nope` for the link."),
        (&[(Part::Link, Some("Note"))], "The column Note is of the type rich_text; the link needs url."),
        (&[(Part::Tag, Some("Status"))], "The column Status cannot play two parts."),
        (&[(Part::Status, Some("Tag")), (Part::Tag, Some("Tag"))], "The column Tag cannot play two parts."),
        (&[(Part::Link, None)], "A database cannot be watched without a column for the link."),
        (&[(Part::Status, Some("Stage"))], "The column Stage has no option for links that wait."),
    ];
    for (choices, sentence) in table {
        let problem = choose(choices).unwrap_err().to_string();
        assert!(problem.starts_with(sentence), "{problem}");
    }
}

#[test]
fn drift_is_what_harms_and_a_new_name_does_not() {
    use crate::domain::account::Trouble;
    let made: Columns = &[
        ("Link", "url"),
        ("Stage", "status:Not started,In progress,Done"),
        ("Name", "title"),
        ("Reason", "text"),
        ("Tag", "select"),
    ];
    let mapping = propose(&schema(made)).unwrap();
    let with = |name: &str, kind: Option<&str>| {
        let mut columns = schema(made);
        columns.columns.retain(|column| column.name != name || kind.is_some());
        for column in &mut columns.columns {
            if let (true, Some(kind)) = (column.name == name, kind) {
                column.kind = super::tests::column(name, kind).kind;
            }
        }
        drift(&columns, &mapping)
    };
    let gone = |part: &str| Some(Trouble::ColumnGone { part: part.into() });
    let retyped = |part: &str, column: &str, now: &str| {
        Some(Trouble::ColumnRetyped { part: part.into(), column: column.into(), now: now.into() })
    };
    assert_eq!(with("Link", None), gone("link"));
    assert_eq!(with("Stage", None), gone("status"));
    assert_eq!(with("Reason", None), gone("reason"));
    assert_eq!(with("Tag", None), gone("tag"));
    assert_eq!(with("Link", Some("text")), retyped("link", "Link", "rich_text"));
    assert_eq!(with("Stage", Some("select")), retyped("status", "Stage", "select"));
    assert_eq!(with("Tag", Some("multi")), None, "a tag is found in either type");
    let option = Some(Trouble::OptionGone { column: "Stage".into(), option: "Not started".into() });
    assert_eq!(with("Stage", Some("status:In progress,Done")), option);
    let mut renamed = schema(made);
    for column in &mut renamed.columns {
        column.name.push_str(" (renamed)");
    }
    assert_eq!(drift(&renamed, &mapping), None);
}
