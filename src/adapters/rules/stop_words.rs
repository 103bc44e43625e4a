//! Words that say nothing about a video's subject: the small words of seven languages, and what column
//! names and captions are padded with.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::domain::words::fold;

const SMALL_WORDS: &str = "
a about after again all also am an and any are as at be because been before being but by can could did do does
doing done dont down for from get gets getting go goes going gonna got had has have having he her here hers him his
how i if in into is it its just know let lets like ll make makes me more most much my no nor not now of off oh ok
okay on one once only or other our out over own re really right s said same say see she should so some such t take
than that the their them then there these they thing this those through to today too under until up us use ve very
want was we well were what when where which while who why will with would yeah yes you your

aber als am an auch auf aus bei bin bis bist da damit dann das dass dein deine dem den der des dich die dies diese
dir doch du durch ein eine einem einen einer eines er es euch euer fur gibt hab habe haben hat hier ich ihr im in
ist ja jetzt kann kein keine konnen man mal mehr mein meine mich mir mit nach nicht noch nun nur ob oder ohne schon
sein sich sie sind so uber um und uns unser unter vom von vor war was wenn wer werden wie wir wird zu zum zur

au aux avec ce ces cette dans de des du elle en est et eux il ils je la le les leur lui mais mes moi mon ne nos
notre nous on ou par pas plus pour qu que qui sa sans se ses son sont sur ta te tes toi ton tout tu un une vos votre
vous y a cest ca comme fait faire

al como con cual de del desde donde el ella ellos en entre era es esta estan este esto fue ha hay la las le les lo
los mas me mi mis muy no nos o para pero por porque que quien se si sin sobre su sus tambien te tiene todo tu un
una uno unos y ya yo

alla anche che chi ci come con da dal dalla degli dei del della delle di e gli ha hai ho i il in io la le lo loro
ma mi nel nella non per piu quando quello questa questo se si sono su sua sul suo ti tra tu un una uno vi

ao aos as ate com da das de do dos e ela ele em entre era essa esse esta eu foi isso ja mais mas me meu minha na
nao nas no nos o os ou para pela pelo por quando que quem se sem ser seu sua sao tambem te tem um uma voce

aan als bij dan dat de den die dit door een en er ge geen haar had heb hebben heeft het hij hoe hun ik is je kan
maar me meer men met mij mijn na naar niet nog nu of om onder ons onze ook op over te toe tot uit van veel voor
waar was wat we wel wij wordt zal ze zich zij zijn zo zonder";

const PADDING: &str = "
answer average based case cell choose column contain day each entry field fill find first give given image info item
kind link list main many mentioned name needed note number people person place property said shown show stated
subject thing total type used user value video videos way word words write year";

const PROMOTION: &str = "
bio comment comments follow followers like share subscribe subscribers notification sponsored ad";

fn set(words: &str) -> HashSet<String> {
    words.split_whitespace().map(fold).collect()
}

static SMALL: LazyLock<HashSet<String>> = LazyLock::new(|| set(SMALL_WORDS));
static PADDED: LazyLock<HashSet<String>> = LazyLock::new(|| set(PADDING));
static PROMOTED: LazyLock<HashSet<String>> = LazyLock::new(|| set(PROMOTION));

/// Whether a folded word says nothing about a subject.
pub(super) fn is_small(word: &str) -> bool {
    SMALL.contains(word)
}

/// Whether a folded word of a column's name or description points at nothing in a video.
pub(super) fn is_padding(word: &str) -> bool {
    SMALL.contains(word) || PADDED.contains(word)
}

/// Whether a folded word asks for an audience.
pub(super) fn is_promotion(word: &str) -> bool {
    PROMOTED.contains(word)
}
