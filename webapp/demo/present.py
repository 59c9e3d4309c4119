"""What is open when the demo begins: requests that wait for somebody, carts and quotes at hand.

The first request expires within hours and the second one tomorrow: a request lives for seven days.
"""

from webapp.demo import cast
from webapp.demo.past import FINISHED, FREIGHT, OFFICE
from webapp.demo.script import (
    Absence,
    Basket,
    Choices,
    Invitation,
    Request,
    Script,
    ago,
    answer,
    ask,
    attach,
    change,
    look,
    on,
    remark,
)

# Nothing for shipping, so that the total is what is compared with the limit.
OWN_LORRY = Choices(ship="zone-de/pickup")

# fmt: off
PENDING = (
    Request(
        key="p01", by="marek", to="ada", at=ago(days=6, hours=18, minutes=35), choices=OWN_LORRY,
        goods="stretch-film 12, strapping-tape 5, strap-buckles 4, edge-guards 3, packing-tape 4, "
        "box-l 2, bubble-wrap 4",
        words="Everything for the Christmas peak in one delivery.",
    ),
    Request(
        key="p02", by="ines", to="ada", at=ago(days=5, hours=18), choices=OWN_LORRY,
        goods="safety-boots 12, hi-vis-jacket 12, hi-vis-vest 24, work-trousers 18, helmet 12, "
        "work-gloves 6, ear-defenders 12, safety-glasses 2",
        words="Twelve seasonal workers start on the first.",
    ),
    Request(
        key="p03", by="rita", to="ada", at=on(3, "09:12"),
        goods="label-printer 2, thermal-labels 4, hand-scanner 1, cleaning-cards 3",
        choices=OWN_LORRY,
        words="Two printers for the new packing line in Bremen. The old ones jam on the 150 mm "
        "labels and we lose about an hour a day.",
        then=(
            ask(on(3, "11:40"), "Do we need four packs of labels now, or are two enough?"),
            change(on(1, "16:12"), deliver_to="logistik-w2"),
            answer(on(1, "16:14"), "Four, the line uses one a week. And straight to Bremen."),
        ),
    ),
    Request(
        key="p04", by="marek", to="ada", at=on(2, "10:00"),
        goods="dock-bumper 16",
        then=(ask(on(1, "09:30"), "Which ramps are these for?"),),
    ),
    Request(
        key="p05", by="bob", to="ada", at=on(2, "13:20"),
        goods="pallet-box 10",
        then=(ask(on(1, "10:10"), "Can we take the returnable ones from Kiel instead?"),),
    ),
    Request(
        key="p06", by="rita", to="claus", at=on(2, "15:20"), quote=True,
        goods="storage-bins 24 at 43.50, shelf-board 12 at 21.00",
        words="The offer stands for two weeks.",
    ),
    Request(
        key="p07", by="simon", to="elif", at=on(1, "11:00"), company="basel", site="basel",
        goods="ch-fenders 4", choices=Choices(ship="zone-ch/quay-ch"),
        words="The ones at berth 3 are torn.",
    ),
    Request(
        key="p08", by="marek", to="bob", at=on(1, "14:00"),
        goods="box-m 4, packing-paper 3",
    ),
    Request(
        key="p09", by="ines", to="ada", at=ago(hours=25),
        goods="coffee-beans 3, oat-milk 2, sugar-sticks 1", choices=OWN_LORRY,
    ),
    Request(
        key="p10", by="marek", to="ada", at=ago(hours=22),
        goods="pallet-truck 2, fork-rollers 2, steer-wheels 2",
        words="With spare rollers, so that we are not without again.",
        # Ada has looked at it before it changed.
        then=(look(ago(hours=20)), change(ago(hours=3), ship="zone-de/freight")),
    ),
    Request(
        key="p11", by="bob", to="ada", at=ago(hours=9),
        goods="forklift-battery 1, battery-charger 1", choices=FREIGHT,
        words="The battery of truck 4 holds for three hours.",
        then=(
            attach(
                ago(hours=8, minutes=50), "Angebot Batterie Stapler 4.pdf",
                "Angebot 26-1184 / Traktionsbatterie 48 V, 625 Ah / Ladegerät 48 V, 80 A / "
                "Lieferung frei Haus, Altbatterie wird zurückgenommen",
            ),
            remark(
                ago(hours=4, minutes=30), "battery-charger",
                "Does the charger of truck 2 not fit this one?",
            ),
            ask(ago(hours=4), "Could the used battery from Kiel do until spring?"),
            answer(ago(minutes=40), "No, theirs is 24 volts. I asked Jonas this morning."),
        ),
    ),
    Request(
        key="p12", by="jonas", to="claus", at=ago(hours=7), company="technik",
        goods="cordless-drill 3, bit-set 3",
    ),
    Request(
        key="p13", by="marek", to="ada", at=ago(hours=5), site="basel",
        goods="ch-swivel-casters 1, ch-brake-kit 1", choices=Choices(ship="zone-ch/pickup-ch"),
        words="They only sell these in francs.",
    ),
    Request(
        key="p14", by="rita", to="ada", at=ago(hours=4),
        goods="cold-jacket 6, thermal-gloves 6", choices=OWN_LORRY,
        words="For the night shift in the cold store.",
        then=(
            ask(
                ago(hours=3),
                "Is size M right for all six jackets? Last winter you ordered three in L.",
            ),
        ),
    ),
    Request(
        key="p15", by="elif", to="simon", at=ago(hours=3), company="basel", site="basel",
        goods="ch-lashing-straps 3",
    ),
    Request(
        key="p16", by="ines", to="bob", at=ago(hours=2),
        goods="toner-black 3, copy-paper 6", choices=OFFICE,
    ),
)

ABSENCES = (
    Absence(by="claus", deputy="ada", at=on(2, "17:30"), days=4),
)

INVITATIONS = (
    Invitation(
        by="ada", email="nele.sommer@hafen-logistik.example", first_name="Nele",
        last_name="Sommer", at=on(1, "15:10"),
    ),
)

BASKETS = (
    Basket(key="b01", by="rita", at=ago(hours=20), name="Phones for dispatch",
           goods="headset 6, docking-station 3"),
    Basket(key="b02", by="rita", at=on(2, "08:30"), goods="floor-cleaner 2, paper-towels 3"),
    Basket(key="b03", by="bob", at=ago(hours=6), name="Ramp 4",
           goods="dock-bumper 4, spill-kit 2, edge-guards 1"),
    Basket(key="b04", by="bob", at=on(3, "16:00"), goods="sit-stand-desk 2, whiteboard 1"),
    Basket(key="b05", by="marek", at=ago(hours=8), goods="pallet-collar 40, euro-pallet 30"),
    Basket(key="b06", by="ada", at=on(1, "17:05"), name="Team day",
           goods="water-crates 8, coffee-beans 1, tea-box 1"),
    Basket(key="b07", by="jonas", company="technik", at=on(1, "12:00"), goods="cable-drum 3"),
    Basket(key="b08", by="elif", company="basel", site="basel", at=ago(hours=1),
           goods="ch-copy-paper 4, ch-coffee 2"),
    Basket(key="b09", by="bob", at=on(17, "08:20"), ordered=on(17, "08:30"),
           goods="first-aid-box 4, hand-soap 6"),
    Basket(key="b10", by="bob", at=on(6, "10:00"), ordered=on(6, "10:20"),
           goods="packing-tape 4, hand-truck 2"),
    Basket(key="b11", by="ada", at=on(8, "12:00"), ordered=on(8, "12:10"),
           goods="whiteboard 2, office-chair 3"),
    Basket(key="b12", by="simon", company="basel", site="basel", at=on(9, "10:00"),
           ordered=on(9, "10:05"), goods="ch-packing-tape 2, ch-stretch-film 3"),
    Basket(key="q01", by="rita", quote=True, at=on(1, "15:00"),
           goods="workbench 2 at 415.00, tool-trolley 2 at 352.00"),
    Basket(key="q02", by="bob", quote=True, at=on(2, "11:00"),
           goods="storage-bins 12 at 44.80, shelf-board 10 at 22.00"),
    Basket(key="q03", by="elif", quote=True, company="basel", site="basel", at=on(4, "09:00"),
           goods="ch-pallet-collar 20 at 20.50"),
    Basket(key="q04", by="marek", quote=True, at=on(12, "09:00"), status="EXPIRED",
           goods="pallet-box 30 at 131.00"),
    Basket(key="q05", by="ines", quote=True, at=on(3, "13:00"), status="AWAITING",
           goods="office-chair 12"),
)

INVENTED = Script(
    company=cast.invented(), requests=(*FINISHED, *PENDING), baskets=BASKETS,
    absences=ABSENCES, invitations=INVITATIONS,
)
