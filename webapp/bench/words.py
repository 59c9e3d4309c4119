"""The words that the data set is made of; none of them needs an escape in JSON."""

FIRST_NAMES = (
    "Ada", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hannes", "Ines", "Jonas", "Karla",
    "Leon", "Marta", "Nils", "Olga", "Paul", "Quirin", "Rosa", "Simon", "Tilda", "Ulf", "Vera",
    "Willem", "Xenia", "Yusuf", "Zoë", "Anke", "Björn", "Céline", "Dörte", "Emil", "Frieda",
    "Georg",
)  # fmt: skip
LAST_NAMES = (
    "Albrecht", "Becker", "Claasen", "Demir", "Eriksson", "Fischer", "Gärtner", "Hoffmann",
    "Ivanov", "Jansen", "Kowalski", "Lindqvist", "Müller", "Nowak", "Ostermann", "Petersen",
    "Quast", "Richter", "Schäfer", "Thomsen", "Uhlig", "Vogel", "Weiß", "Ximénez", "Yılmaz",
    "Zimmermann", "Brandt", "Carvalho", "Harms", "Meyer", "Sørensen",
)  # fmt: skip
TOWNS = (
    "Altona", "Basel", "Cuxhaven", "Dresden", "Emden", "Fulda", "Görlitz", "Hafen", "Ilmenau",
    "Jena", "Kiel", "Lübeck", "Münster", "Nordkai", "Oldenburg", "Plauen", "Rheinhafen", "Stade",
    "Trier", "Ulm",
)  # fmt: skip
TRADES = (
    "Logistik", "Technik", "Werkzeugbau", "Medizintechnik", "Gebäudeservice", "Maschinenbau",
    "Schifffahrt", "Lebensmittel", "Elektronik", "Druck", "Textil", "Energie", "Bau",
)  # fmt: skip
KINDS = (
    "Label printer", "Hand pallet truck", "Safety boots", "Barcode scanner", "Thermal labels",
    "Cordless drill", "Work gloves", "Folding ladder", "Stretch film", "Steel shelf", "Desk lamp",
    "Network switch", "Patch cable", "Office chair", "Toner cartridge", "Packing tape", "Workbench",
    "Torque wrench", "Hearing protection", "Storage box",
)  # fmt: skip
FINISHES = ("S 40", "M 60", "L 80", "Pro 120", "Eco 15", "Plus 200", "Duo 24", "Max 500")
COMMENTS = (
    "We need these before the end of the month, because the old ones do not pass the inspection.",
    "As agreed with the workshop; the offer of the other supplier was nine per cent higher.",
    "This replaces what broke last week. The machine stands still until it is here.",
    "For the new colleagues who begin on the first, the same equipment as for the last group.",
    "Please deliver to the rear gate, the front one is closed for the works on the road.",
    "Half of it goes to the branch, the numbers are in the usual table of the stores.",
)
REMARKS = (
    "Could we take the smaller size instead, or does that not fit the rack in hall three?",
    "I have asked the supplier, they confirm the price until the end of next week.",
    "The cost centre is the one of the project, not that of the department.",
    "Fine with me, but let us order the labels together with the next delivery.",
    "The quantity is right: two for each place, and one in reserve.",
)
