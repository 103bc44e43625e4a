//! The words for days, weeks and months and for when they are, in the languages of the pages; without accents.

use chrono::Weekday;

/// Days from the publication, and the words for it; accents taken off. More words than one come first.
pub(super) const SAID: [(i64, &[&str]); 5] = [
    (
        2,
        &[
            "day after tomorrow",
            "apres demain",
            "pasado manana",
            "depois de amanha",
            "ubermorgen",
            "dopodomani",
            "overmorgen",
            "overmorgon",
            "بعد غد",
            "بعد بكرة",
            "pojutrze",
            "послезавтра",
        ],
    ),
    (
        -2,
        &[
            "day before yesterday",
            "avant hier",
            "antes de ayer",
            "l altro ieri",
            "vorgestern",
            "anteayer",
            "anteontem",
            "eergisteren",
            "forrgar",
            "أول أمس",
            "اول امس",
            "przedwczoraj",
            "позавчера",
        ],
    ),
    (
        1,
        &[
            "tomorrow",
            "morgen",
            "i morgon",
            "imorgon",
            "imorgen",
            "demain",
            "manana",
            "domani",
            "amanha",
            "jutro",
            "завтра",
            "yarin",
            "غدا",
            "غدًا",
            "غداً",
            "بكرة",
        ],
    ),
    (
        -1,
        &[
            "yesterday",
            "gestern",
            "hier",
            "ayer",
            "ieri",
            "ontem",
            "gisteren",
            "i gar",
            "igar",
            "wczoraj",
            "вчера",
            "dun",
            "أمس",
            "امس",
            "مبارح",
        ],
    ),
    (
        0,
        &[
            "today",
            "tonight",
            "heute",
            "aujourd hui",
            "hoy",
            "oggi",
            "hoje",
            "vandaag",
            "i dag",
            "idag",
            "ikvall",
            "اليوم",
            "الليلة",
            "dzisiaj",
            "dzis",
            "сегодня",
            "bugun",
        ],
    ),
];

/// Before `morgen` and `mañana` these make it the morning.
pub(super) const MORNING: &str = "heute am guten jeden gestern diesen frohen la esta cada buena";

pub(super) const NEXT: &str = "next nachste nachsten nachster kommende kommenden kommender prochain prochaine proximo proxima \
    prossimo prossima volgende aanstaande viene nasta naeste neste przyszly przyszlym gelecek القادم القادمة المقبل المقبلة следующии следующую следующеи следующем";

pub(super) const LAST: &str = "last letzte letzten letzter vergangene vergangenen dernier derniere pasado pasada scorso scorsa \
    passado passada vorige afgelopen forra sidste siste zeszly zeszlym gecen الماضي الماضية прошлыи прошлую прошлои прошлом";

pub(super) const WEEKDAYS: [(Weekday, &str); 7] = [
    (
        Weekday::Mon,
        "monday montag lundi lunes lunedi maandag mandag poniedzialek pazartesi понедельник الاثنين الإثنين",
    ),
    (
        Weekday::Tue,
        "tuesday dienstag mardi martes martedi dinsdag tisdag tirsdag wtorek sali вторник الثلاثاء",
    ),
    (
        Weekday::Wed,
        "wednesday mittwoch mercredi miercoles mercoledi woensdag onsdag sroda srode carsamba среда среду الأربعاء \
         الاربعاء",
    ),
    (
        Weekday::Thu,
        "thursday donnerstag jeudi jueves giovedi donderdag torsdag czwartek persembe четверг الخميس",
    ),
    (
        Weekday::Fri,
        "friday freitag vendredi viernes venerdi vrijdag fredag piatek cuma пятница пятницу الجمعة",
    ),
    (
        Weekday::Sat,
        "saturday samstag sonnabend samedi sabado sabato zaterdag lordag sobota sobote cumartesi суббота субботу السبت",
    ),
    (
        Weekday::Sun,
        "sunday sonntag dimanche domingo domenica zondag sondag niedziela niedziele воскресенье الأحد الاحد",
    ),
];

/// Words that are weekdays before another word alone: Portuguese counts them, `feira` tells them from the second and third
/// of something; a Turkish Sunday is a market as well.
pub(super) const WITH_ANOTHER: [(Weekday, &str, &str); 6] = [
    (Weekday::Mon, "segunda", "feira"),
    (Weekday::Tue, "terca", "feira"),
    (Weekday::Wed, "quarta", "feira"),
    (Weekday::Thu, "quinta", "feira"),
    (Weekday::Fri, "sexta", "feira"),
    (Weekday::Sun, "pazar", "gunu"),
];

pub(super) const DAYS: &str = "day days tag tage tagen jour jours dia dias giorno giorni dag dagen dagar dage dager dni gun дня днеи день";
pub(super) const WEEKS: &str = "week weeks woche wochen semaine semaines semana semanas settimana settimane weken vecka veckor uge \
    uger uke uker tydzien tygodnie tygodniu hafta неделя неделю недели неделе الأسبوع الاسبوع";
pub(super) const MONTHS: &str = "month months monat monate monaten mois mes meses mese mesi maand maanden manad manader maned \
    maneder الشهر miesiac miesiace miesiacu ay месяц месяца месяцев месяце";
pub(super) const AHEAD: &str = "in dans en tra fra em over через za om";
/// These stand before the span, [`BACK_BEHIND`] behind it.
pub(super) const BACK_BEFORE: &str = "vor a hace ha";
pub(super) const BACK_BEHIND: &str = "ago fa geleden atras назад temu";
