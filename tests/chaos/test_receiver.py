"""The receiver of the fault suite is as bad as it says."""

import json

import pytest
import requests

from chaos.receiver import FAILS, LOSES, BadReceiver

TRIES = 400
NEAR = 0.05


@pytest.fixture
def receiver():
    with BadReceiver() as server:
        yield server


def send(receiver, number):
    body = json.dumps({"session_id": f"session-{number}"})
    try:
        answer = requests.post(
            f"{receiver.url}/alerts", data=body, headers={"webhook-id": str(number)}, timeout=5
        )
    except requests.ConnectionError:
        return 0
    return answer.status_code


def test_it_refuses_some_and_loses_the_answer_to_others_that_it_took(receiver):
    answers = [send(receiver, number) for number in range(TRIES)]
    assert abs(answers.count(500) / TRIES - FAILS) < NEAR
    assert abs(answers.count(0) / TRIES - LOSES) < NEAR
    taken = {receipt.delivery_id for receipt in receiver.receipts}
    assert taken == {str(number) for number, answer in enumerate(answers) if answer != 500}
    assert receiver.receipts[0].session_id.startswith("session-")


def test_when_it_is_well_it_takes_everything(receiver):
    receiver.recover()
    assert {send(receiver, number) for number in range(TRIES // 4)} == {204}
