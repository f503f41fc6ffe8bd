"""A page in a real, headless Chromium, spoken to in its DevTools protocol.

The protocol goes through two pipes, so neither a driver nor a port is needed. Messages
are JSON, each ended by a zero byte.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

NAMES = ('chromium', 'chromium-browser', 'google-chrome')
FLAGS = (
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
    '--disable-sync', '--disable-component-update', '--no-first-run',
    '--disable-dev-shm-usage', '--remote-debugging-pipe',
)  # fmt: skip
# It reads from descriptor 3 and writes to descriptor 4.
LAUNCHER = """
import fcntl, os, sys
high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 10) for fd in sys.argv[1:3]]
os.dup2(high[0], 3)
os.dup2(high[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
PATIENCE = 120  # seconds for an answer; only a stuck browser needs them


def find_browser():
    """Path of a Chromium, or skip the test that asks."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return pytest.skip(f'no browser: none of {", ".join(NAMES)} is installed')


class Browser:
    """One tab."""

    def __init__(self, read, write):
        self._read, self._write, self._buffer = read, write, b''
        self._number, self._session = 0, None
        self.events = []
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        attached = self.call('Target.attachToTarget', targetId=target, flatten=True)
        self._session = attached['sessionId']
        for domain in ('Page', 'Network', 'Runtime', 'Log'):
            self.call(f'{domain}.enable')

    def call(self, method, **params):
        """Send a command and wait for its result."""
        self._deadline = time.monotonic() + PATIENCE
        number = self._send(method, params)
        while True:
            told = self._next()
            if told.get('id') == number:
                assert 'error' not in told, (method, told['error'])
                return told['result']
            self.events.append(told)

    def _send(self, method, params):
        self._number += 1
        message = {'id': self._number, 'method': method, 'params': params}
        if self._session:
            message['sessionId'] = self._session
        os.write(self._write, json.dumps(message).encode() + b'\0')
        return self._number

    def open(self, page):
        """Load a file, or an address, and wait until all of it is there."""
        self.events.clear()
        url = page if isinstance(page, str) else page.resolve().as_uri()
        self.call('Page.navigate', url=url)
        while not any(e.get('method') == 'Page.loadEventFired' for e in self.events):
            self.events.append(self._next())

    def value(self, expression):
        """Value of a JavaScript expression."""
        told = self.call(
            'Runtime.evaluate', expression=expression, returnByValue=True,
            awaitPromise=True,
        )  # fmt: skip
        assert 'exceptionDetails' not in told, told
        return told['result'].get('value')

    def wait(self, expression):
        """Wait until a JavaScript expression is true; its value."""
        return self.value(
            f"""new Promise((resolve) => {{
              const look = () => {{
                const found = {expression};
                if (found) resolve(found); else setTimeout(look, 20);
              }};
              look();
            }})"""
        )

    def drag(self, start, end, steps=4):
        """Press the mouse at a place, move it to another one and release it."""
        (x, y), (to_x, to_y) = start, end
        self.mouse('mouseMoved', x, y)
        self.mouse('mousePressed', x, y)
        for step in range(1, steps + 1):
            share = step / steps
            self.mouse('mouseMoved', x + share * (to_x - x), y + share * (to_y - y))
        self.mouse('mouseReleased', to_x, to_y)

    def mouse(self, kind, x, y):
        """Let the mouse do something."""
        held = {} if kind == 'mouseMoved' else {'button': 'left', 'clickCount': 1}
        self.call('Input.dispatchMouseEvent', type=kind, x=x, y=y, **held)

    def press(self, key, code=0, modifiers=0):
        """Press a key; modifiers are the sum of Alt 1, Ctrl 2, Meta 4, Shift 8."""
        told = {'key': key, 'windowsVirtualKeyCode': code, 'modifiers': modifiers}
        self.call('Input.dispatchKeyEvent', type='rawKeyDown', **told)
        self.call('Input.dispatchKeyEvent', type='keyUp', **told)

    def of(self, method):
        """Parameters of the events of a kind since the page was opened."""
        return [e['params'] for e in self.events if e.get('method') == method]

    def complaints(self):
        """Errors and warnings on the console, and exceptions of scripts."""
        found = [e['entry']['text'] for e in self.of('Log.entryAdded')]
        found += [
            e['exceptionDetails']['text'] for e in self.of('Runtime.exceptionThrown')
        ]
        calls = self.of('Runtime.consoleAPICalled')
        return found + [
            str(c['args']) for c in calls if c['type'] in ('error', 'warning')
        ]

    def requests(self):
        """Addresses asked for, but for the page itself and what lies inside it."""
        urls = [e['request']['url'] for e in self.of('Network.requestWillBeSent')]
        page = self.value('location.href').partition('#')[0]
        return [u for u in urls if not u.startswith('data:') and u != page]

    def broken_pictures(self):
        """Texts of the pictures that show nothing, once all have been decoded."""
        return self.value(
            """(async () => {
              const all = [...document.images];
              await Promise.all(all.map(i => i.decode().catch(() => null)));
              return all.filter(i => !(i.complete && i.naturalWidth > 0))
                        .map(i => i.alt || i.src.slice(0, 80));
            })()"""
        )

    def _next(self):
        while b'\0' not in self._buffer:
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select([self._read], [], [], max(left, 0))
            assert ready, 'the browser does not answer'
            piece = os.read(self._read, 65536)
            assert piece, 'the browser has ended'
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b'\0')
        told = json.loads(message)
        if told.get('method') == 'Page.javascriptDialogOpening':
            # Nothing goes on before somebody has answered.
            self._send('Page.handleJavaScriptDialog', {'accept': True})
        return told


@contextmanager
def browser(profile):
    """Start a browser and end it.

    Args:
        profile: Empty folder for what it keeps.
    """
    path = find_browser()
    from_browser, its_output = os.pipe()
    its_input, to_browser = os.pipe()
    command = [path, *FLAGS, f'--user-data-dir={profile}', 'about:blank']
    launcher = [sys.executable, '-ISc', LAUNCHER, str(its_input), str(its_output)]
    log = profile.with_suffix('.log')
    with log.open('wb') as errors:
        process = subprocess.Popen(
            [*launcher, *command],
            pass_fds=(its_input, its_output),
            stdout=errors,
            stderr=errors,
        )
    os.close(its_input)
    os.close(its_output)
    try:
        yield Browser(from_browser, to_browser)
    finally:
        os.close(to_browser)
        os.close(from_browser)
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
