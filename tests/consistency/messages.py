"""What was written to somebody: one of each way."""

from caracol.notifications.enums import Channel
from residents.models import ResidentMessage
from residents.services.writing import write_messages


def make_messages(code, author, person):
    """Write a text message and a letter to the resident of a world."""
    person.sms_consent = True
    person.save(update_fields=["sms_consent"])
    facts = {"contact": f"Canari {code}", "phone": "01 23 45 67 89"}
    for channel in (Channel.SMS, Channel.PAPER):
        write_messages(
            people=[person],
            kind="call_us",
            facts=facts,
            channel=channel,
            key=f"canari-{channel}-{code}",
            actor=author,
        )
    message = ResidentMessage.objects.get(person=person, channel=Channel.SMS)
    return {"message": message, "text": message.text}


ARGUMENTS = {
    "notifications:text-detail": lambda world: [world.text.pk],
    "notifications:text-resend": lambda world: [world.text.pk],
    "notifications:text-settle": lambda world: [world.text.pk],
    "notifications:phrase-edit": lambda world: ["call_us", "ar"],
    "residents:person-messages": lambda world: [world.person.pk],
    "residents:message-new": lambda world: [world.person.pk],
    "residents:message-detail": lambda world: [world.message.pk],
    "residents:message-handed": lambda world: [world.message.pk],
}
