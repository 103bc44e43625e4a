//! The names of the months.
//!
//! Takes a name as written; gives the number of the month it is of. Never fails.

use super::super::words;

/// In the languages of the pages and their neighbours, in the forms that stand beside a day; folded.
const NAMES: [&str; 12] = [
    "january jan januar janvier enero gennaio janeiro januari ianuarie styczen stycznia ledna ocak январь января січень \
     січня ιανουαριου يناير جانفي",
    "february feb februar fevrier febrero febbraio fevereiro februari februarie luty lutego unora subat февраль \
     февраля лютого φεβρουαριου فبراير فيفري شباط",
    "march mar marz maerz mars marts marzo marco maart martie marzec marca brezna mart март марта березень березня \
     μαρτιου مارس آذار اذار",
    "april apr avril abril aprile aprilie kwiecien kwietnia dubna nisan апрель апреля квітень квітня απριλιου أبريل \
     ابريل إبريل أفريل نيسان",
    "may mai mayo maggio maio mei maj maja mayis kvetna маи мая травень травня μαιου مايو ماي أيار ايار",
    "june jun juni juin junio giugno junho iunie czerwiec czerwca cervna haziran июнь июня червень червня ιουνιου \
     يونيو يونيه جوان حزيران",
    "july jul juli juillet julio luglio julho iulie lipiec lipca cervence temmuz июль июля липень липня ιουλιου يوليو \
     يوليه جويلية تموز",
    "august aug aout agosto augustus augusti sierpien sierpnia srpna agustos август августа серпень серпня αυγουστου \
     أغسطس اغسطس أوت",
    "september sep sept septembre septiembre settembre setembro septembrie wrzesien wrzesnia zari eylul сентябрь \
     сентября вересень вересня σεπτεμβριου سبتمبر أيلول ايلول",
    "october oct oktober okt octobre octubre ottobre outubro octombrie pazdziernik pazdziernika rijna ekim октябрь \
     октября жовтень жовтня οκτωβριου أكتوبر اكتوبر",
    "november nov novembre noviembre novembro noiembrie listopad listopada listopadu kasim ноябрь ноября листопада \
     νοεμβριου نوفمبر",
    "december dec dezember dez desember decembre diciembre dicembre dezembro decembrie grudzien grudnia prosince aralik \
     декабрь декабря грудень грудня δεκεμβριου ديسمبر",
];

/// The number of the month.
pub(super) fn month_number(name: &str) -> Option<u32> {
    let name = words(name).concat();
    let at = NAMES.iter().position(|names| super::super::listed(names, &name))?;
    u32::try_from(at + 1).ok()
}
