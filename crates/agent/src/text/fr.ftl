tray-quick-session = Session rapide
tray-open = Ouvrir
tray-history = Historique
tray-pause = Suspendre les notifications
tray-quit = Quitter

notice-open = Ouvrir
notice-about = { $subject } : { $text }
notice-reveal-unlocked = Révéler est déverrouillé
    .text = Le client est prêt pour le code. Attendez qu’il vous le demande.
notice-value-refused = La valeur ne correspond pas
    .text = La session est terminée. Recréez-la pour essayer encore une fois.
notice-relay-suspected = Relais possible : ne continuez pas
    .text = Vous n’êtes pas d’accord sur qui a commencé. Raccrochez et rappelez un numéro connu.
notice-link-tried-again = Quelqu’un d’autre a essayé le lien
    .text = Il était déjà ouvert. Demandez au client si c’était lui les deux fois.
notice-mismatched = Le client dit que cela ne correspond pas
    .text = Ne continuez pas cette conversation.

template-phone = Numéro de téléphone
template-email = Adresse e-mail
template-customer = Numéro de client
template-order = Numéro de commande
template-birth-postcode = Date de naissance et code postal
template-scratch = Sans modèle

field-phone = Numéro de téléphone
    .hint = Le numéro par lequel passe cette conversation
field-email = Adresse e-mail
    .hint = L’adresse que vous utilisez avec nous
field-customer = Numéro de client
    .hint = Sur votre contrat ou votre facture
field-order = Numéro de commande
    .hint = Dans votre confirmation
field-birth = Date de naissance
    .hint = {""}
field-postcode = Code postal
    .hint = De l’adresse que nous avons pour vous

# Straight apostrophes: the typographic one would make every SMS of it cost double.
message = { $organization } : vérifiez que c'est bien nous, et que c'est bien vous : { $link } Valable { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }, s'ouvre une fois.
