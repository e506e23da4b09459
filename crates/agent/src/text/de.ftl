tray-quick-session = Schnelle Sitzung
tray-open = Öffnen
tray-history = Verlauf
tray-pause = Benachrichtigungen anhalten
tray-quit = Beenden

notice-open = Öffnen
notice-about = { $subject }: { $text }
notice-reveal-unlocked = Der Code kann gezeigt werden
    .text = Der Kunde ist bereit für den Code. Warten Sie, bis er Sie danach fragt.
notice-value-refused = Der Wert stimmte nicht
    .text = Die Sitzung ist zu Ende. Legen Sie sie neu an, um es noch einmal zu versuchen.
notice-relay-suspected = Mögliches Relais: nicht weitermachen
    .text = Sie sind uneins, wer begonnen hat. Legen Sie auf und rufen Sie unter einer bekannten Nummer zurück.
notice-link-tried-again = Jemand anderes hat den Link versucht
    .text = Er war schon geöffnet. Fragen Sie den Kunden, ob er es beide Male war.
notice-mismatched = Der Kunde sagt, die Codes stimmen nicht überein
    .text = Führen Sie dieses Gespräch nicht weiter.

template-phone = Telefonnummer
template-email = E-Mail-Adresse
template-customer = Kundennummer
template-order = Bestellnummer
template-birth-postcode = Geburtsdatum und Postleitzahl
template-scratch = Ohne Vorlage

field-phone = Telefonnummer
    .hint = Die Nummer, über die dieses Gespräch läuft
field-email = E-Mail-Adresse
    .hint = Die Adresse, die Sie bei uns benutzen
field-customer = Kundennummer
    .hint = Auf Ihrem Vertrag oder Ihrer Rechnung
field-order = Bestellnummer
    .hint = In Ihrer Bestätigung
field-birth = Geburtsdatum
    .hint = {""}
field-postcode = Postleitzahl
    .hint = Der Adresse, die wir von Ihnen haben

message = { $organization }: Prüfen Sie, ob wir es sind, und wir, ob Sie es sind: { $link } Gilt { $minutes ->
        [one] { $minutes } Minute
       *[other] { $minutes } Minuten
    }, öffnet einmal.
