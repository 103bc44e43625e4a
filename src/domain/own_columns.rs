//! Columns their owner keeps: boxes for what they watched, cooked or liked, and a status of how far they are. No video
//! knows that.
//!
//! Takes a column; gives whether it is such a one. It is not asked for, and whatever is answered for it is refused.
//! Never fails.

use super::schema::{Column, ColumnKind};
use super::words::words;

/// What such boxes are called, in the languages of the mapping's names; accents taken off.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "done", "finished", "watched", "seen", "read", "tried", "tested", "cooked", "made", "favorite", "favorites", "favourite",
    "favourites", "fav", "liked", "starred", "pinned", "bought", "purchased", "booked", "visited", "checked", "archived",
    "important", "reviewed", "saved", "owned",
    "erledigt", "fertig", "gesehen", "angesehen", "geschaut", "gelesen", "probiert", "ausprobiert", "getestet", "gekocht",
    "gebacken", "gemacht", "favorit", "favoriten", "liebling", "gekauft", "gebucht", "besucht", "archiviert", "wichtig",
    "fait", "faite", "vu", "vue", "lu", "lue", "essaye", "teste", "favori", "favoris", "achete", "reserve", "archive",
    "hecho", "visto", "vista", "leido", "probado", "cocinado", "favorito", "favoritos", "comprado", "reservado", "visitado",
    "archivado", "importante", "fatto", "letto", "provato", "cucinato", "preferito", "preferiti", "comprato", "prenotato",
    "visitato", "archiviato", "feito", "lido", "testado", "cozinhado", "arquivado",
    "gedaan", "klaar", "gezien", "bekeken", "gelezen", "geprobeerd", "gekookt", "favoriet", "gekocht", "geboekt", "bezocht",
    "belangrijk", "klar", "sedd", "last", "testad", "lagad", "kopt", "zrobione", "obejrzane", "przeczytane", "wyprobowane",
    "ugotowane", "ulubione", "kupione", "wazne", "yapildi", "izlendi", "okundu", "denendi", "favori",
    "сделано", "готово", "просмотрено", "прочитано", "приготовлено", "избранное", "куплено", "важно",
    "完了", "済み", "視聴済み", "お気に入り", "重要", "已完成", "已看", "已读", "收藏", "完成", "완료", "시청함", "즐겨찾기",
];

/// Options of a status that tells how far its owner is.
#[rustfmt::skip]
const PROGRESS: &[&str] = &[
    "done", "to do", "todo", "doing", "in progress", "not started", "complete", "completed", "new", "next", "later",
    "waiting", "backlog", "archived", "open", "closed", "offen", "in arbeit", "nicht begonnen", "erledigt", "fertig",
    "a faire", "en cours", "pas commence", "termine", "por hacer", "pendiente", "en curso", "en progreso", "sin empezar",
    "hecho", "listo", "completado", "da fare", "in corso", "fatto", "completato", "a fazer", "em andamento", "concluido",
    "feito", "te doen", "bezig", "niet begonnen", "klaar", "gedaan", "att gora", "pagar", "klar", "do zrobienia", "w toku",
    "zrobione", "yapilacak", "devam ediyor", "tamamlandi", "не начато", "в работе", "готово", "сделано",
    "未着手", "進行中", "完了", "未开始", "进行中", "已完成", "完成", "시작 전", "진행 중", "완료",
];

/// Small words around them: "Have I tried it?", "schon gesehen".
const AROUND: &str = "i we it this me my our have has been was already yet got ich wir es schon bereits je l ai deja ya lo he \
    gia l ho ja al juz мое уже";

/// Whether this is a box that its owner ticks, or a status that they set.
pub fn is_owners_own(column: &Column) -> bool {
    if let ColumnKind::Status { options, .. } = &column.kind {
        return options.iter().any(|option| tells_progress(&option.name));
    }

    let named = || {
        let words = words(&column.name);
        let around = |word: &&String| AROUND.split(' ').any(|known| known == word.as_str());
        let rest: Vec<&str> = words.iter().filter(|word| !around(word)).map(String::as_str).collect();
        NAMES.contains(&rest.concat().as_str())
    };
    column.kind == ColumnKind::Checkbox && named()
}

/// Whether an option tells how far somebody is, and nothing of a video.
pub fn tells_progress(option: &str) -> bool {
    PROGRESS.contains(&words(option).join(" ").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::schema::ChoiceOption;

    #[test]
    fn a_box_is_its_owners_where_its_name_says_what_they_did() {
        let column = |name: &str, kind| Column {
            id: "id".to_owned(),
            name: name.to_owned(),
            description: String::new(),
            kind,
        };
        let own = |name: &str| is_owners_own(&column(name, ColumnKind::Checkbox));
        for name in [
            "Done",
            "Cooked",
            "✅ Seen",
            "Have I tried it?",
            "Already watched",
            "Favourite",
            "Schon gesehen",
            "Déjà vu",
            "Ya visto",
            "Gelezen",
            "お気に入り",
            "已看",
            "Сделано",
        ] {
            assert!(own(name), "{name}");
        }
        for name in ["Vegan", "Oven cooked", "Seen on TV", "Sponsored", "Pre-made", "", "It", "Needs an oven"]
        {
            assert!(!own(name), "{name}");
        }
        assert!(!is_owners_own(&column("Done", ColumnKind::RichText)), "a text is no box");
        let status = |names: [&str; 2]| {
            let options = names.map(ChoiceOption::named).to_vec();
            is_owners_own(&column("State", ColumnKind::Status { options, unset: None }))
        };
        assert!(status(["Not started", "Cooked"]) && status(["À faire", "Cuit"]) && status(["未着手", "x"]));
        assert!(!status(["Easy", "Hard"]));
    }
}
