# What the user or a recipient reads outside the window: tray, notifications, built-in templates, the message with the link.
# Every catalogue here has the same messages with the same variables; a test holds them to it.

tray-quick-session = Quick session
tray-open = Open
tray-history = History
tray-pause = Pause notifications
tray-quit = Quit

notice-open = Open
notice-about = { $subject }: { $text }
notice-reveal-unlocked = Reveal is unlocked
    .text = The customer is ready for the passcode. Wait until they ask you for it.
notice-value-refused = The value did not match
    .text = The session is over. Recreate it to try once more.
notice-relay-suspected = Possible relay: do not continue
    .text = You disagree on who began. Hang up and call back on a known number.
notice-link-tried-again = Someone else tried the link
    .text = It was opened already. Ask the customer whether both were them.
notice-mismatched = The customer says it does not match
    .text = Do not continue this conversation.

template-phone = Phone number
template-email = E-mail address
template-customer = Customer number
template-order = Order number
template-birth-postcode = Date of birth and postcode
template-scratch = From scratch

field-phone = Phone number
    .hint = The number this conversation runs over
field-email = E-mail address
    .hint = The address you use with us
field-customer = Customer number
    .hint = On your contract or your bill
field-order = Order number
    .hint = In your confirmation
field-birth = Date of birth
    .hint = {""}
field-postcode = Postcode
    .hint = Of the address we have for you

message = { $organization }: confirm that it is really us, and that it is you: { $link } Valid for { $minutes ->
        [one] { $minutes } minute
       *[other] { $minutes } minutes
    }, opens once.
