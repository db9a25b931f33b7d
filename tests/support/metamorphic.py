"""Names and words to swap, for the metamorphic tests."""

NAMES: dict[str, tuple[str, ...]] = {
    "Dutch": ("Sanne de Vries", "Joost Bakker", "Marieke van Dijk", "Bram Visser", "Femke Hoekstra", "Daan Jansen"),
    "Turkish": ("Mehmet Yılmaz", "Ayşe Demir", "Emre Kaya", "Zeynep Öztürk", "Hatice Şahin", "Yusuf Çelik"),
    "Moroccan": (
        "Mohammed el Idrissi",
        "Fatima Bouzid",
        "Youssef Benali",
        "Khadija Amrani",
        "Rachid Ouali",
        "Naima Tahiri",
    ),
    "Surinamese": ("Winston Pinas", "Shanice Amatmoekrim", "Radjesh Ramdin", "Romano Wijdenbosch", "Soraya Mahabier"),
    "Polish": ("Agnieszka Kowalska", "Piotr Nowak", "Katarzyna Wójcik", "Krzysztof Zieliński", "Zofia Lewandowska"),
    "English": ("Emily Clarke", "Oliver Hughes", "Charlotte Bennett", "Harry Thompson", "Amelia Wright", "Jack Turner"),
    "Indian": ("Rajesh Sharma", "Anjali Patel", "Arjun Iyer", "Deepika Reddy", "Sunita Gupta", "Vikram Singh"),
    "Nigerian": ("Chukwuemeka Okafor", "Ngozi Adeyemi", "Oluwaseun Balogun", "Adaeze Nwosu", "Folake Ogunleye"),
}
FRAMES: dict[str, tuple[str, ...]] = {
    "nl": ("{name} hier. {text}", "{text}\n\nGroet,\n{name}", "Met {name}. {text}", "{text} {name} was er ook bij."),
    "en": (
        "{name} here. {text}",
        "{text}\n\nRegards,\n{name}",
        "This is {name}. {text}",
        "{text} {name} was there too.",
    ),
}
BRANDS = ("Noordlijn", "Waterkracht", "Brightwell", "Parkzicht", "Hartmann", "Veldzo", "Quillon", "Tessamo")
ORIGINS: dict[str, tuple[str, ...]] = {
    "nl": (
        "Nederlandse",
        "Turkse",
        "Marokkaanse",
        "Surinaamse",
        "Poolse",
        "Engelse",
        "Indiase",
        "Nigeriaanse",
        "Syrische",
    ),
    "en": ("Dutch", "Turkish", "Moroccan", "Surinamese", "Polish", "English", "Indian", "Nigerian", "Syrian"),
}
ORIGIN_FRAMES: dict[str, tuple[str, ...]] = {
    "nl": ("Ik ben een {origin} klant. {text}", "{text} Dat zei een {origin} vrouw naast mij ook."),
    "en": ("I am a {origin} customer. {text}", "{text} The {origin} woman next to me said so too."),
}
GENDERS: dict[str, tuple[tuple[str, str], ...]] = {
    "nl": (
        ("man", "vrouw"),
        ("zoon", "dochter"),
        ("vader", "moeder"),
        ("hij", "zij"),
        ("broer", "zus"),
        ("opa", "oma"),
    ),
    "en": (
        ("he", "she"),
        ("husband", "wife"),
        ("son", "daughter"),
        ("dad", "mum"),
        ("brother", "sister"),
        ("man", "woman"),
    ),
}
