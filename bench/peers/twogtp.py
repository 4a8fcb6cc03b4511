#!/usr/bin/env python3
"""A GTP controller that shares no code with Sandlot: it checks a program against the standard (GTP 2,
draft of 2002) and lets it play another one, judging each move by a board of its own.

    bench/peers/twogtp.py --program "sandlot gtp --config configs/go/mcts_9x9.yaml" --conformance
    bench/peers/twogtp.py --program "sandlot gtp --config ..." --rival "gnugo --mode gtp --level 1" \\
        --games 100 --size 7

Prints each breach of the protocol; exits with 1 where there was one.
"""
import argparse
import re
import select
import shlex
import subprocess
import sys
import time

COLUMNS = 'ABCDEFGHJKLMNOPQRSTUVWXYZ'
REQUIRED = ['protocol_version', 'name', 'version', 'known_command', 'list_commands', 'quit', 'boardsize',
            'clear_board', 'komi', 'play', 'genmove']
breaches = []


def breach(text):
    breaches.append(text)
    print('BREACH:', text)


class Program:
    def __init__(self, command, timeout):
        self.command, self.timeout = command, timeout
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        self.buffer = b''
        self.id = 0

    def write(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def response(self):
        """The next one as a whole, up to its empty line; None where none comes."""
        end = time.monotonic() + self.timeout
        while b'\n\n' not in self.buffer:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            chunk = self.process.stdout.read1(65536) if ready else b''
            if not chunk:
                breach(f'{self.command}: no answer within {self.timeout} s, or the program ended')
                return None
            self.buffer += chunk
        answer, self.buffer = self.buffer.split(b'\n\n', 1)
        self.buffer = self.buffer.lstrip(b'\n') if self.buffer.strip() == b'' else self.buffer
        return answer.decode('utf-8', 'replace')

    def ask(self, line):
        """(whether it succeeded, the text). The id must come back."""
        self.id += 1
        self.write(f'{self.id} {line}\n')
        answer = self.response()
        if answer is None:
            return False, ''
        found = re.match(r'([=?])(\d*)(?: (.*))?$', answer, re.S)
        if not found:
            breach(f'{line!r}: {answer!r} is no response')
            return False, ''
        if found[2] != str(self.id):
            breach(f'{line!r}: id {self.id} came back as {found[2]!r}')
        return found[1] == '=', (found[3] or '').strip()

    def close(self):
        try:
            self.ask('quit')
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()


class Board:
    """Tromp and Taylor's rules, written down without a thought of speed."""

    def __init__(self, size):
        self.size, self.stones, self.seen = size, {}, set()
        self.seen.add(frozenset())

    def around(self, p):
        x, y = p
        return [(a, b) for a, b in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1))
                if 0 <= a < self.size and 0 <= b < self.size]

    def reach(self, stones, p):
        """What is connected to p in its colour, and the colours beside it."""
        color, found, beside, queue = stones.get(p), {p}, set(), [p]
        while queue:
            for n in self.around(queue.pop()):
                if stones.get(n) == color:
                    if n not in found:
                        found.add(n)
                        queue.append(n)
                else:
                    beside.add(stones.get(n))
        return found, beside

    def play(self, color, p):
        """False where the move is not legal."""
        if p in self.stones:
            return False
        after = {**self.stones, p: color}
        for own in (False, True):  # the other's stones are taken first
            for q in [p] if own else self.around(p):
                if q in after and (after[q] == color) == own:
                    string, beside = self.reach(after, q)
                    if None not in beside:
                        for s in string:
                            del after[s]
        key = frozenset(after.items())
        if key in self.seen:
            return False
        self.seen.add(key)
        self.stones = after
        return True

    def area(self):
        score, seen = {'b': 0, 'w': 0}, set()
        for x in range(self.size):
            for y in range(self.size):
                p = (x, y)
                if p in self.stones:
                    score[self.stones[p]] += 1
                elif p not in seen:
                    empty, beside = self.reach(self.stones, p)
                    seen |= empty
                    if len(beside) == 1:
                        score[beside.pop()] += len(empty)
        return score['b'] - score['w']


def point_of(text, size):
    """A vertex as (column, row); 'pass' or 'resign'; None for what is neither."""
    text = text.lower()
    if text in ('pass', 'resign'):
        return text
    found = re.fullmatch(r'([a-hj-z])(\d{1,2})', text)
    if not found:
        return None
    p = (COLUMNS.index(found[1].upper()), int(found[2]) - 1)
    return p if p[0] < size and 0 <= p[1] < size else None


def expect(program, line, success, pattern='.*'):
    good, text = program.ask(line)
    if good != success or not re.fullmatch(pattern, text, re.S | re.I):
        breach(f'{line!r}: got {"=" if good else "?"} {text!r}, expected {"=" if success else "?"} {pattern}')
    return text


def conformance(program):
    expect(program, 'protocol_version', True, '2')
    commands = expect(program, 'list_commands', True).split()
    for name in REQUIRED:
        if name not in commands:
            breach(f'list_commands lacks {name}')
        expect(program, f'known_command {name}', True, 'true')
    expect(program, 'known_command no_such_thing', True, 'false')
    expect(program, 'no_such_thing', False, 'unknown command')
    expect(program, 'boardsize 9', True, '')
    expect(program, 'clear_board', True, '')
    expect(program, 'komi 6.5', True, '')
    expect(program, 'boardsize x', False)
    expect(program, 'boardsize 9', True, '')
    expect(program, 'clear_board', True, '')
    expect(program, 'play black D4', True, '')
    expect(program, 'play b d4', False, 'illegal move')
    expect(program, 'play W E4', True, '')
    expect(program, 'play w pass', True, '')
    for line in ('play', 'play b', 'play green D5', 'play b I5', 'play b Z1', 'play b D0', 'play b D10',
                 'play b 55', 'genmove', 'genmove x', 'komi', 'komi many'):
        expect(program, line, False)
    if 'undo' in commands:
        expect(program, 'undo', True, '')
    # Comments, tabs, empty lines, control characters and carriage returns (section 2.1 and 2.2).
    program.write('\n# a comment\n\t\n77\tname # behind it\r\n')
    answer = program.response() or ''
    if not re.match(r'=77 \S', answer):
        breach(f'a tab, a comment and a carriage return: {answer!r}')
    program.write('78 play b \x01F\x026\n')
    answer = program.response()
    if answer is None or answer.strip() != '=78':
        breach(f'control characters are to be discarded: {answer!r}')
    # No id: none comes back. An id alone is no command.
    program.write('protocol_version\n')
    answer = program.response()
    if answer != '= 2':
        breach(f'without an id: {answer!r}')
    for size in (5, 9, 13, 19):
        if program.ask(f'boardsize {size}')[0]:
            expect(program, 'clear_board', True, '')
            if point_of(expect(program, 'genmove b', True), size) is None:
                breach(f'genmove on {size}×{size} is no vertex')
    if 'fixed_handicap' in commands:
        expect(program, 'boardsize 9', True, '')
        expect(program, 'clear_board', True, '')
        text = expect(program, 'fixed_handicap 4', True)
        if sorted(text.upper().split()) != ['C3', 'C7', 'G3', 'G7']:
            breach(f'fixed_handicap 4 on 9×9: {text!r}')
        expect(program, 'fixed_handicap 4', False)  # the board is not empty
    program.ask('clear_board')
    # Many commands at once are answered in order.
    program.write(''.join(f'{900 + i} name\n' for i in range(50)))
    for i in range(50):
        if not (program.response() or '').startswith(f'={900 + i} '):
            breach(f'the answer to command {900 + i} is not in its place')
    print('conformance:', 'no breach' if not breaches else f'{len(breaches)} breaches')


def game(black, white, size, komi):
    """Black's points less White's, komi included; None where it was given up or broken off."""
    for program in (black, white):
        for line in (f'boardsize {size}', 'clear_board', f'komi {komi}'):
            expect(program, line, True, '')
    board, passes, players = Board(size), 0, {'b': black, 'w': white}
    for move in range(3 * size * size):
        color = 'bw'[move % 2]
        good, text = players[color].ask(f'genmove {color}')
        p = point_of(text, size) if good else None
        if p is None:
            breach(f'genmove {color}: {text!r} is no vertex')
            return None
        if p == 'resign':
            return float('-inf') if color == 'b' else float('inf')
        if p == 'pass':
            passes += 1
        else:
            passes = 0
            if not board.play(color, p):
                breach(f'{players[color].command}: {color} {text} is not legal')
                return None
        good, reason = players['bw'[1 - move % 2]].ask(f'play {color} {text}')
        if not good:
            breach(f'play {color} {text} was refused: {reason}')
            return None
        if passes == 2:
            break
    return board.area() - komi


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--program', required=True)
    parser.add_argument('--rival')
    parser.add_argument('--conformance', action='store_true')
    parser.add_argument('--games', type=int, default=10)
    parser.add_argument('--size', type=int, default=7)
    parser.add_argument('--komi', type=float, default=7.5)
    parser.add_argument('--timeout', type=float, default=120)
    options = parser.parse_args()
    program = Program(options.program, options.timeout)
    if options.conformance:
        conformance(program)
    if options.rival:
        rival = Program(options.rival, options.timeout)
        won = played = 0
        for i in range(options.games):
            pair = (program, rival) if i % 2 == 0 else (rival, program)
            score = game(*pair, options.size, options.komi)
            if score is not None:
                played += 1
                won += (score > 0) == (i % 2 == 0)
        print(f'{played} games of {options.games} to their end, {won} won by the program, '
              f'{len(breaches)} breaches')
        rival.close()
    program.close()
    sys.exit(1 if breaches else 0)


if __name__ == '__main__':
    main()
