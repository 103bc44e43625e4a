//! The words of units, of money, and of columns that measure something, in the languages people write recipes in.

use super::Dimension;

/// Folded words of a unit, and its size in grams, millilitres, metres, minutes and kilocalories. Cups and
/// spoons differ from country to country, degrees need more than a factor: those have no size.
pub(super) const UNITS: [(Dimension, Option<f64>, &str); 31] = [
    (
        Dimension::Mass,
        Some(0.001),
        "mg milligram milligramm milligramme мг миллиграмм ミリグラム 毫克 밀리그램 ملغ",
    ),
    (
        Dimension::Mass,
        Some(1.0),
        "g gr gram gramm gramme grammo grammi gramo grama gramow gramy г гр грамм грамма граммов グラム 克 公克 그램 غرام جرام غ กรัม",
    ),
    (
        Dimension::Mass,
        Some(1_000.0),
        "kg kilo kilogram kilogramm kilogramme kilogrammo kilogramo chilo chili kilogramow кг килограмм килограмма килограммов кило キロ キログラム 公斤 千克 킬로 킬로그램 كيلو كيلوغرام كيلوجرام كغ كجم กิโล กิโลกรัม",
    ),
    // In Taiwan a 斤 is 600 grams.
    (Dimension::Mass, None, "斤 两 兩"),
    (Dimension::Mass, Some(500.0), "pfund"),
    (Dimension::Mass, Some(28.349_523_125), "oz ounce"),
    (Dimension::Mass, Some(453.592_37), "lb lbs pound"),
    (
        Dimension::Volume,
        Some(1.0),
        "ml milliliter millilitre millilitro mililitrow cc мл миллилитр миллилитров ミリリットル 毫升 밀리리터 مل ملليلتر مليلتر",
    ),
    (Dimension::Volume, Some(10.0), "cl centiliter centilitre zentiliter"),
    (Dimension::Volume, Some(100.0), "dl deciliter decilitre deziliter"),
    (
        Dimension::Volume,
        Some(1_000.0),
        "l liter litre litro litri litrow litry л литр литра литров リットル 升 公升 리터 لتر ลิตร",
    ),
    (
        Dimension::Volume,
        None,
        "cup tasse tassen taza tazza tazze tablespoon tbsp teaspoon tsp esslof essloffel el teeloffel tl gallon pint quart cuchara cucchiai lyzki lyzek lyzeczki msk tsk чашка чашки стакан стакана стаканов ложка ложки ложек カップ 컵 큰술 작은술 스푼 大勺 小勺 كوب اكواب أكواب ملعقة ملاعق ถ้วย ช้อน",
    ),
    (Dimension::Length, Some(0.001), "mm millimeter millimetre мм ミリ 毫米 밀리미터"),
    (
        Dimension::Length,
        Some(0.01),
        "cm centimeter centimetre zentimeter centimetro см сантиметр сантиметров センチ センチメートル 厘米 公分 센티미터 센티 سم",
    ),
    (Dimension::Length, Some(1.0), "meter metre metro metri метр метра метров メートル 미터 متر"),
    (
        Dimension::Length,
        Some(1_000.0),
        "km kilometer kilometre kilometro chilometri км километр километра километров キロメートル 公里 킬로미터 كم كيلومتر",
    ),
    (Dimension::Length, Some(1_609.344), "mile meile meilen miglia"),
    (Dimension::Length, Some(0.025_4), "inch inche zoll"),
    (Dimension::Length, Some(0.304_8), "ft foot feet"),
    (
        Dimension::Time,
        Some(1.0 / 60.0),
        "s sec second sekunde sekunden seconde segundo secondi sekund sekunder saniye сек секунд секунда секунды секунду 秒 秒間 秒钟 秒鐘 초 초간 ثانية ثواني วินาที",
    ),
    (
        Dimension::Time,
        Some(1.0),
        "min mins minute minuten minuto minuti minuut minut minuty minuter minutter dakika мин минут минута минуты минуту 分 分間 分钟 分鐘 분 분간 دقيقة دقائق นาที",
    ),
    (
        Dimension::Time,
        Some(60.0),
        "h hr hrs hour std stunde stunden heure hora ora ore uur uren godzin godzina godziny godzine godz timme timmar timer saat ч час часа часов 時間 小时 小時 시간 ساعة ساعات ชั่วโมง",
    ),
    (
        Dimension::Time,
        Some(1_440.0),
        "day tag tage tagen jour dia giorno giorni dag dagen dni dagar dage gun день дня днеи 日 日間 天 일 일간 يوم أيام วัน",
    ),
    (
        Dimension::Time,
        Some(10_080.0),
        "week woche wochen semaine semana settimana settimane tygodni veckor hafta неделя недели недель 週間 周 週 주 주일 أسبوع أسابيع",
    ),
    (
        Dimension::Time,
        None,
        "month monat monate moi mese mesi year jahr jahre jahren an ano anno anni месяц месяца месяцев год года лет ヶ月 か月 カ月 ヶ月間 月 年 年間 개월 년 شهر أشهر سنة سنوات",
    ),
    (
        Dimension::Temperature,
        None,
        "° °c celsiu celsius grad degree degre grado gradi stopni grader derece ℃ °c градус градуса градусов 度 도 درجة องศา",
    ),
    (Dimension::Temperature, None, "°f ℉ fahrenheit"),
    (
        Dimension::Energy,
        Some(1.0),
        "kcal cal calory calorie kalory kalorie kalorien caloria kalorii kalorier kalori ккал калория калории カロリー キロカロリー 卡 大卡 千卡 卡路里 칼로리 سعرة سعر",
    ),
    (Dimension::Energy, Some(0.239_006), "kj kilojoule"),
    (
        Dimension::Count,
        Some(1.0),
        "people person personen personne persona persone pessoa guest serving portion portionen porzione porzioni racion racione piece stuck osob porcji portioner kisi kisilik человек человека порция порции 人 人分 人前 人份 份 名 명 인분 شخص أشخاص اشخاص คน",
    ),
    (
        Dimension::Share,
        Some(1.0),
        "% ％ ٪ percent prozent procent pourcent процент процента процентов パーセント 퍼센트 بالمئة",
    ),
];

/// What columns are called that measure something, folded.
pub(super) const COLUMN_WORDS: [(Dimension, &str); 9] = [
    (
        Dimension::Mass,
        "weight gewicht poid poids peso masse mass waga agirlik вес 重さ 重量 体重 무게 중량 الوزن",
    ),
    (Dimension::Volume, "volume volumen объем 体积 容量 부피 الحجم"),
    (
        Dimension::Length,
        "distance distanz entfernung strecke height hohe width breite depth diameter durchmesser hauteur distancia distanza",
    ),
    (
        Dimension::Time,
        "minute min mins hour time duration length runtime zeit dauer minuten stunden temps duree heure tiempo duracion tempo durata duracao tijd duur czas время длительность 時間 所要時間 調理時間 时间 時長 时长 시간 소요시간 الوقت المدة",
    ),
    (Dimension::Temperature, "temperature temperatur temperatura temp"),
    (Dimension::Energy, "calory calorie kalory kalorie kalorien kcal energy energie"),
    (Dimension::Count, "serving portion portionen people person personen serve porzioni personne"),
    (
        Dimension::Money,
        "price preis prix precio prezzo preco cost kosten budget prij cena koszt fiyat ucret цена стоимость 価格 値段 料金 价格 價格 가격 비용 السعر الثمن",
    ),
    (Dimension::Share, "percent prozent percentage"),
];

/// Words that may stand behind a number that counts nothing, folded: "costs 9 each", "9 pro Person", "180 fan". Any
/// other word is what is counted.
pub(super) const NOT_COUNTED: &str = "each per for a an and or in at on to the is are was but with only total all if when then than \
    of from by so it that this you we i as more less plus minus up off now today instead including inclusive incl excl \
    net gross about or until max min maximum minimum fan gas \
    pro je fur und oder im am auf zu zum zur der die das ist sind war aber mit nur gesamt insgesamt alle wenn dann als \
    von aus bei bis statt inklusive inkl zzgl netto brutto umluft heissluft ober \
    par pour et ou en au a le la les est sont mais avec seulement tout si quand de du des par ttc ht chacun chacune \
    por para y o el los las es son pero con solo todo cada entre desde hasta \
    per e ed oppure il lo gli un una ma con solo tutto se da di del della ciascuno \
    ou em no na os as mas com cada um uma do da \
    voor en of op het een is maar met alleen alles als van bij tot \
    za i lub w na do od ale z tylko och eller for pa med ve veya icin и или за на в с по от до для но это всего только примерно каждыи каждая \
    если при так что из у о же максимум минимум плюс في من على إلى الى مع فقط أو لكل للشخص تقريبا";

/// How what stands behind a number begins in Japanese, Chinese, Korean and Thai where it counts nothing: particles and
/// "or more". Any other word is what is counted.
pub(super) const NOT_COUNTED_UNSPACED: &str = "は が を に で と も の から まで くらい ぐらい ほど です だ や へ より \
    以上 以下 以内 未満 程度 前後 左右 多 起 的 了 到 至 和 是 每 就 이 가 은 는 을 를 에 로 도 의 정도 이상 이하 부터 까지 \
    짜리 입니다 ครับ ค่ะ ต่อ";
