tray-quick-session = جلسة سريعة
tray-open = فتح
tray-history = السجل
tray-pause = إيقاف الإشعارات مؤقتًا
tray-quit = إنهاء

notice-open = فتح
notice-about = { $subject }: { $text }
notice-reveal-unlocked = الكشف متاح
    .text = العميل جاهز للرمز. انتظر حتى يسألك عنه.
notice-value-refused = القيمة غير مطابقة
    .text = انتهت الجلسة. أعد إنشاءها للمحاولة مرة أخرى.
notice-relay-suspected = احتمال وجود وسيط: لا تتابع
    .text = تختلفان على من بدأ. أنهِ المكالمة واتصل برقم معروف.
notice-link-tried-again = جرّب شخص آخر الرابط
    .text = كان قد فُتح من قبل. اسأل العميل هل كان هو في المرتين.
notice-mismatched = يقول العميل إن الرمزين غير متطابقين
    .text = لا تتابع هذه المحادثة.

template-phone = رقم هاتف
template-email = عنوان بريد إلكتروني
template-customer = رقم العميل
template-order = رقم الطلب
template-birth-postcode = تاريخ الميلاد والرمز البريدي
template-scratch = من الصفر

field-phone = رقم الهاتف
    .hint = الرقم الذي تجري عبره هذه المحادثة
field-email = عنوان البريد الإلكتروني
    .hint = العنوان الذي تستخدمه معنا
field-customer = رقم العميل
    .hint = في عقدك أو فاتورتك
field-order = رقم الطلب
    .hint = في رسالة التأكيد
field-birth = تاريخ الميلاد
    .hint = {""}
field-postcode = الرمز البريدي
    .hint = للعنوان المسجَّل لدينا

message = { $organization }: تأكد أننا نحن، ونتأكد أنك أنت: { $link } صالح لمدة { $minutes ->
        [zero] { $minutes } دقيقة
        [one] دقيقة واحدة
        [two] دقيقتين
        [few] { $minutes } دقائق
        [many] { $minutes } دقيقة
       *[other] { $minutes } دقيقة
    }، ويُفتح مرة واحدة.
