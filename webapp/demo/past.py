"""The story of the demo, five weeks of it: requests that were decided, withdrawn or left to expire.

Told in working days before the moment at which the desk is set up, so that it is always fresh.
Goods are product ids of `company.json`, each with a quantity and perhaps an offered price.
"""

from webapp.demo.script import (
    Choices,
    Request,
    answer,
    approve,
    ask,
    change,
    comment,
    decline,
    hand_over,
    on,
    order,
    promise,
    take_again,
    withdraw,
)

BREMEN = Choices(deliver_to="logistik-w2")
OFFICE = Choices(deliver_to="logistik-office")
EXPRESS = Choices(ship="zone-de/express")
FREIGHT = Choices(ship="zone-de/freight", window="dw-morning/07-12", days_ahead=6)

# fmt: off
FINISHED = (
    Request(
        key="r01", by="marek", to="bob", at=on(24, "09:05"),
        goods="stretch-film 4, packing-tape 2",
        words="Usual restock for the packing tables.",
        then=(approve(on(24, "10:40")),),
    ),
    Request(
        key="r02", by="ines", to="ada", at=on(24, "11:15"),
        goods="office-chair 4", choices=OFFICE,
        words="Four chairs for the dispatch desk in Hamburg.",
        then=(
            ask(on(24, "13:02"), "Do these replace chairs that we write off, or are they extra?"),
            answer(on(23, "08:20"), "They replace the four with broken gas springs."),
            approve(on(23, "09:10"), "Good, thank you."),
        ),
    ),
    Request(
        key="r03", by="rita", to="bob", at=on(23, "10:30"),
        goods="packing-paper 6, bubble-wrap 4", choices=BREMEN,
        then=(approve(on(23, "15:45")),),
    ),
    Request(
        key="r04", by="jonas", to="claus", at=on(22, "08:12"), company="technik",
        goods="torque-wrench 2, socket-set 1, impact-driver 2",
        words="For the inspection of the reach stackers.",
        then=(approve(on(21, "07:55"), "Ordered before the inspection, well done."),),
    ),
    Request(
        key="r05", by="marek", to="ada", at=on(22, "14:20"),
        goods="pallet-truck-e 1", choices=FREIGHT,
        words="The old one loses oil and has been repaired three times.",
        then=(
            decline(on(20, "09:31"), "Leasing comes to half of that. Ask Kiel for their offer."),
        ),
    ),
    Request(
        key="r06", by="elif", to="simon", at=on(21, "09:40"), company="basel", site="basel",
        goods="ch-container-seals 3, ch-desiccant 2",
        then=(approve(on(21, "11:05")),),
    ),
    Request(
        key="r07", by="rita", to="bob", at=on(21, "16:05"),
        goods="hi-vis-vest 20, safety-glasses 2", choices=BREMEN,
        then=(approve(on(20, "08:15")),),
    ),
    Request(
        key="r08", by="bob", to="ada", at=on(20, "10:00"),
        goods="strapping-tool 2",
        words="Both old tools are at the repairer’s and will not come back.",
        then=(
            ask(on(20, "11:10"), "Is there a trade-in for the old ones?"),
            answer(on(19, "09:00"), "60 EUR each, as a credit note. It is on its way."),
            approve(on(19, "09:26")),
        ),
    ),
    Request(
        key="r09", by="ines", to="bob", at=on(19, "13:30"),
        goods="coffee-beans 2, tea-box 1, sugar-sticks 1", choices=OFFICE,
        then=(approve(on(19, "14:00")),),
    ),
    Request(
        key="r10", by="marek", to="claus", at=on(19, "15:50"),
        goods="euro-pallet 80", choices=FREIGHT,
        words="We are down to two stacks.",
        then=(comment(on(16, "08:30"), "Claus, the shipper needs an answer by Friday."),),
    ),
    Request(
        key="r11", by="rita", to="ada", at=on(18, "08:50"),
        goods="desk-lamp 4, monitor-arm 6", choices=OFFICE,
        words="For the four new desks on the second floor.",
        then=(
            decline(on(17, "09:31"), "Two of the arms are already in the stock room in Hamburg."),
        ),
    ),
    Request(
        key="r12", by="simon", to="elif", at=on(18, "11:20"), company="basel", site="basel",
        goods="ch-rope 2, ch-fenders 1", choices=Choices(ship="zone-ch/quay-ch"),
        then=(
            ask(on(18, "13:15"), "Two lines or three? The barge from Strasbourg needs one more."),
            answer(on(17, "08:30"), "Two are enough, one of them is spare."),
            approve(on(17, "08:52")),
        ),
    ),
    Request(
        key="r13", by="rita", to="ada", at=on(17, "10:15"), resubmits="r11",
        goods="desk-lamp 4, monitor-arm 4", choices=OFFICE,
        words="Found them, thank you. So four arms.",
        then=(approve(on(16, "08:44")),),
    ),
    Request(
        key="r14", by="jonas", to="claus", at=on(17, "14:10"), company="technik",
        goods="workbench 1, tool-trolley 1",
        then=(
            comment(on(16, "07:38"), "There is a used bench in Hamburg, so I take this back."),
            withdraw(on(16, "07:40")),
        ),
    ),
    Request(
        key="r15", by="ines", to="bob", at=on(16, "09:25"),
        goods="safety-boots 5, work-trousers 5",
        words="Five new colleagues, sizes are in the goods-in list.",
        then=(
            change(on(16, "11:00"), ship="zone-de/express"),
            comment(on(16, "11:02"), "They start on Monday, hence express."),
            approve(on(16, "11:40")),
        ),
    ),
    Request(
        key="r16", by="marek", to="bob", at=on(16, "13:05"),
        goods="box-s 3, box-m 2, packing-tape 1",
        then=(approve(on(15, "07:50")),),
    ),
    Request(
        key="r17", by="rita", to="bob", at=on(15, "10:10"),
        goods="copy-paper 10, ring-binders 2", choices=BREMEN,
        then=(
            decline(
                on(15, "12:30"),
                "Hamburg has six boxes of paper too many. They come with the Tuesday lorry.",
            ),
        ),
    ),
    Request(
        key="r18", by="bob", to="claus", at=on(15, "14:40"),
        goods="ramp-bridge 3", choices=FREIGHT,
        then=(approve(on(14, "09:05")),),
    ),
    Request(
        key="r19", by="marek", to="ada", at=on(14, "08:00"),
        goods="mesh-box 6", choices=FREIGHT,
        words="Rent for six boxes a year costs more than these.",
        then=(promise(on(14, "16:20"), "Then let us own them."), order(on(13, "07:45"))),
    ),
    Request(
        key="r20", by="elif", to="simon", at=on(14, "10:30"), company="basel", site="basel",
        goods="ch-hi-vis-jacket 6, ch-safety-boots 4",
        then=(
            decline(
                on(13, "15:10"),
                "Jackets yes, boots no: the old ones are from May. Please ask again without them.",
            ),
        ),
    ),
    Request(
        key="r21", by="marek", to="ada", at=on(13, "08:05"), resubmits="r10",
        goods="euro-pallet 80", choices=FREIGHT,
        words="Claus is on holiday, so I ask you.",
        then=(approve(on(13, "11:20"), "Sorry for the wait."),),
    ),
    Request(
        key="r22", by="ines", to="ada", at=on(13, "13:30"),
        goods="headset 12", choices=OFFICE,
        then=(ask(on(12, "10:00"), "Which of the twelve work on the phone?"),),
    ),
    Request(
        key="r23", by="elif", to="simon", at=on(12, "08:10"), resubmits="r20",
        company="basel", site="basel", goods="ch-hi-vis-jacket 6",
        then=(approve(on(12, "08:40"), "Merci."),),
    ),
    Request(
        key="r24", by="rita", to="bob", at=on(12, "09:15"),
        goods="thermal-labels 6, ribbon-110 2", choices=BREMEN,
        then=(approve(on(12, "10:05")),),
    ),
    Request(
        key="r25", by="jonas", to="claus", at=on(12, "15:00"), company="technik",
        goods="hydraulic-oil 6, bearing-grease 4, grease-gun 2",
        then=(approve(on(11, "08:20")),),
    ),
    Request(
        key="r26", by="marek", to="bob", at=on(11, "10:45"),
        goods="fork-rollers 2, steer-wheels 2",
        then=(approve(on(11, "11:30")),),
    ),
    Request(
        key="r27", by="rita", to="ada", at=on(10, "11:00"), quote=True,
        goods="shelf-bay 24 at 112.00, shelf-board 24 at 21.00",
        words="Their offer is 13 percent below the list, until the end of the month.",
        then=(approve(on(10, "13:20"), "Well negotiated."),),
    ),
    Request(
        key="r28", by="bob", to="ada", at=on(10, "15:30"),
        goods="battery-charger 2",
        then=(
            comment(on(9, "08:03"), "The workshop in Kiel has one to spare."),
            withdraw(on(9, "08:05")),
        ),
    ),
    Request(
        key="r29", by="marek", to="bob", at=on(9, "09:30"),
        goods="strapping-tape 3, strap-buckles 4, edge-guards 2",
        then=(approve(on(9, "10:10")),),
    ),
    Request(
        key="r30", by="ines", to="bob", at=on(8, "08:30"),
        goods="paper-towels 4, hand-soap 4, floor-cleaner 1", choices=OFFICE,
        then=(approve(on(8, "09:05")),),
    ),
    Request(
        key="r31", by="jonas", to="claus", at=on(7, "09:20"), company="technik",
        goods="led-lamp 4, cable-drum 3",
        then=(
            decline(
                on(6, "10:40"),
                "Take the lamps from the old hall first. The drums are fine, ask for those alone.",
            ),
        ),
    ),
    Request(
        key="r32", by="rita", to="claus", at=on(5, "14:00"),
        goods="roll-container 8", choices=BREMEN,
        then=(
            ask(on(5, "15:20"), "Do they fit under the ramp in Bremen?"),
            answer(on(4, "08:10"), "Yes, with 4 cm to spare. I measured."),
            approve(on(4, "08:55")),
        ),
    ),
    Request(
        key="r33", by="ines", to="ada", at=on(4, "14:30"),
        goods="sit-stand-desk 3", choices=OFFICE,
        then=(
            decline(
                on(3, "09:00"),
                "Not before the move in January. Please come back with the floor plan.",
            ),
            take_again(on(2, "11:00")),
        ),
    ),
    Request(
        key="r34", by="rita", to="ada", at=on(3, "10:20"),
        goods="hand-scanner 5", choices=BREMEN,
        words="One for each lane.",
        then=(promise(on(2, "09:15"), "Please order when the lanes are ready."),),
    ),
    Request(
        key="r35", by="ines", to="bob", at=on(6, "09:00"),
        goods="copy-paper 8, tea-box 2", choices=OFFICE,
        then=(
            hand_over(on(5, "08:30"), "bob", "claus", by="ada"),
            approve(on(5, "09:40"), by="claus"),
        ),
    ),
    # Claus has left by then, and Ada decides for him.
    Request(
        key="r36", by="marek", to="claus", at=on(2, "16:10"),
        goods="strapping-tape 2, packing-tape 3",
        words="The last roll is on the machine.",
        then=(approve(on(1, "08:40"), by="ada"),),
    ),
)
