tray-quick-session = Sessão rápida
tray-open = Abrir
tray-history = Histórico
tray-pause = Pausar notificações
tray-quit = Sair

notice-open = Abrir
notice-about = { $subject }: { $text }
notice-reveal-unlocked = Revelar está liberado
    .text = O cliente está pronto para o código. Espere que ele o peça.
notice-value-refused = O valor não conferiu
    .text = A sessão terminou. Recrie-a para tentar mais uma vez.
notice-relay-suspected = Possível repasse: não prossiga
    .text = Vocês discordam sobre quem começou. Desligue e ligue de volta para um número conhecido.
notice-link-tried-again = Outra pessoa tentou o link
    .text = Ele já tinha sido aberto. Pergunte ao cliente se foi ele nas duas vezes.
notice-mismatched = O cliente diz que não confere
    .text = Não prossiga com esta conversa.

template-phone = Número de telefone
template-email = Endereço de e-mail
template-customer = Número de cliente
template-order = Número do pedido
template-birth-postcode = Data de nascimento e código postal
template-scratch = Do zero

field-phone = Número de telefone
    .hint = O número por onde corre esta conversa
field-email = Endereço de e-mail
    .hint = O endereço que você usa conosco
field-customer = Número de cliente
    .hint = No seu contrato ou na sua fatura
field-order = Número do pedido
    .hint = Na sua confirmação
field-birth = Data de nascimento
    .hint = {""}
field-postcode = Código postal
    .hint = Do endereço que temos de você

message = { $organization }: confirme que somos mesmo nós, e nós que é você: { $link } Válido por { $minutes ->
        [one] { $minutes } minuto
       *[other] { $minutes } minutos
    }, abre uma vez.
