"""What a speaker said, out of what a model wrote. The raw words stay in the Call."""

import re

# What the two (and whoever a model takes them for) are called before a colon, by language, as far as words differ.
# German, Dutch, Scandinavian and Slavonic ones come in both genders.
_LABELS = {
    "en": "counsel+or therapist supervisor client patient assistant user",
    "de": "berater(?:in)? therapeut(?:in)? supervisor(?:in)? klient(?:in)? patient(?:in)? assistent nutzer",
    "nl": "hulpverlener begeleider therapeut(?:e)? cliënt(?:e)? patiënt(?:e)? assistent(?:e)? gebruiker",
    "fr": "conseill(?:er|ère) thérapeute superviseu(?:r|se) client(?:e)? patient(?:e)? assistante utilisateur",
    "es": "consejer[oa] orientador(?:a)? terapeuta supervisor(?:a)? cliente paciente asistente usuari[oa]",
    "pt": "conselheir[oa] terapeuta supervisor(?:a)? cliente paciente assistente utente usuári[oa]",
    "it": "consulente counselor terapeuta supervisore cliente paziente assistente utente",
    "ca": "conseller(?:a)? terapeuta client(?:a)? pacient assistent usuari",
    "ro": "consilier(?:ă|a)? terapeut(?:ă|a)? client(?:ă|a)? pacient(?:ă|a)? asistent utilizator",
    "sv": "rådgivare kurator samtalsterapeut terapeut klient patient handledare användare",
    "da": "rådgiver behandler terapeut klient patient vejleder bruger",
    "nb": "rådgiver terapeut klient pasient veileder bruker",
    "fi": "ohjaaja terapeutti asiakas potilas avustaja käyttäjä",
    "pl": "doradca doradczyni terapeut(?:a|ka) klient(?:ka)? pacjent(?:ka)? superwizor(?:ka)? asystent użytkownik",
    "cs": "porad(?:ce|kyně) terapeut(?:ka)? klient(?:ka)? pacient(?:ka)? asistent uživatel",
    "hr": "savjetni(?:k|ca) terapeut(?:kinja)? klijent(?:ica)? pacijent(?:ica)? korisnik",
    "hu": "tanácsadó terapeuta kliens ügyfél páciens asszisztens felhasználó",
    "tr": "danışman terapist danışan hasta süpervizör asistan kullanıcı",
    "ru": "консультант терапевт психолог клиент(?:ка)? пациент(?:ка)? супервизор ассистент пользователь",
    "uk": "консультант(?:ка)? терапевт(?:ка)? психолог клієнт(?:ка)? пацієнт(?:ка)? супервізор асистент користувач",
    "bg": "консултант терапевт клиент(?:ка)? пациент(?:ка)? асистент потребител",
    "el": "σύμβουλος θεραπευτής θεραπεύτρια πελάτης πελάτισσα ασθενής βοηθός χρήστης",
    "ar": "المرشدة? المستشارة? المعالجة? العميلة? المراجعة? المريضة? المشرفة? المساعد المستخدم",
    "fa": "مشاور درمانگر روان.?درمانگر مراجع مراجعه.?کننده بیمار سرپرست دستیار کاربر",
    "ur": "مشیر معالج مؤکل مریض معاون صارف",
    "he": "יועצ?ת? יועץ מטפלת? לקוחה? מטופלת? מדריכה? עוזר משתמש",
    "hi": "परामर्शदाता सलाहकार चिकित्सक थेरेपिस्ट ग्राहक क्लाइंट मरीज़ रोगी पर्यवेक्षक सहायक उपयोगकर्ता",
    "bn": "পরামর্শদাতা থেরাপিস্ট ক্লায়েন্ট রোগী সহকারী ব্যবহারকারী",
    "sw": "mshauri mtaalamu mteja mgonjwa msaidizi mtumiaji",
    "id": "konselor terapis klien pasien asisten pengguna",
    "vi": "tham.vấn.viên nhà.trị.liệu thân.chủ bệnh.nhân trợ.lý người.dùng",
    "zh": "咨询师 諮商師 咨詢師 治疗师 治療師 来访者 來訪者 个案 個案 患者 督导 督導 助手 用户 用戶",
    "ja": "カウンセラー セラピスト クライエント クライアント 相談者 患者 スーパーバイザー アシスタント ユーザー",
    "ko": "상담사 상담자 치료사 내담자 환자 슈퍼바이저 어시스턴트 사용자",
}  # fmt: skip
_LABEL = f"(?:{'|'.join(dict.fromkeys(word for words in _LABELS.values() for word in words.split()))})"
_LEADING = re.compile(rf"^\s*[*_#\s]*{_LABEL}[*_\s]*[:：][*_\s]*", re.IGNORECASE)
_NEXT_SPEAKER = re.compile(
    rf"(?:^|\n|(?<=[.!?…\"”»。！？؟۔।]))\s*[*_]*{_LABEL}[*_ \u00a0\u202f]*[:：]", re.IGNORECASE
)
_QUOTED = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "»": "«", "„": "“", "「": "」", "『": "』"}


def spoken(raw: str) -> str:
    """One turn, whatever its language, without role label, surrounding quotation marks, or the lines of a next speaker.

    May be empty: then nothing was said, and the caller refuses it.
    """
    text = _LEADING.sub("", raw.strip())
    if following := _NEXT_SPEAKER.search(text):
        text = text[: following.start()]
    text = re.sub(r"\s+", " ", text).strip()
    while len(text) > 1 and _QUOTED.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    return text
