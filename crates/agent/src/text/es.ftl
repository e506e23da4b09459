tray-quick-session = Sesión rápida
tray-open = Abrir
tray-history = Historial
tray-pause = Pausar las notificaciones
tray-quit = Salir

notice-open = Abrir
notice-about = { $subject }: { $text }
notice-reveal-unlocked = Ya puede revelar el código
    .text = El cliente está listo para el código. Espere a que se lo pida.
notice-value-refused = El valor no coincidió
    .text = La sesión ha terminado. Recréela para intentarlo una vez más.
notice-relay-suspected = Posible relevo: no continúe
    .text = No están de acuerdo en quién empezó. Cuelgue y llame a un número conocido.
notice-link-tried-again = Otra persona ha probado el enlace
    .text = Ya estaba abierto. Pregunte al cliente si fue él las dos veces.
notice-mismatched = El cliente dice que no coincide
    .text = No continúe esta conversación.

template-phone = Número de teléfono
template-email = Dirección de correo
template-customer = Número de cliente
template-order = Número de pedido
template-birth-postcode = Fecha de nacimiento y código postal
template-scratch = Desde cero

field-phone = Número de teléfono
    .hint = El número por el que va esta conversación
field-email = Dirección de correo
    .hint = La dirección que usa con nosotros
field-customer = Número de cliente
    .hint = En su contrato o en su factura
field-order = Número de pedido
    .hint = En su confirmación
field-birth = Fecha de nacimiento
    .hint = {""}
field-postcode = Código postal
    .hint = De la dirección que tenemos de usted

message = { $organization }: compruebe que somos nosotros, y nosotros que es usted: { $link } Vale { $minutes ->
        [one] { $minutes } minuto
       *[other] { $minutes } minutos
    }, se abre una vez.
