"""The newest events of a run for all who watch it, without a queue for any of them."""

from convlens.web.feed import Feed, Watcher


def said(first: int, last: int) -> list[tuple[int, str]]:
    return [(seq, f"event {seq}") for seq in range(first, last + 1)]


def test_what_follows_an_event_is_all_that_came_after_it() -> None:
    feed = Feed("1")
    feed.publish(said(5, 7))
    feed.publish(said(8, 9))
    assert feed.after(6) == said(7, 9)
    assert feed.after(9) == []


def test_who_lacks_more_than_the_feed_keeps_is_sent_to_the_store() -> None:
    feed = Feed("1", kept=3)
    feed.publish(said(1, 9))
    assert feed.after(5) is None
    assert feed.after(6) == said(7, 9)


def test_a_feed_that_began_late_does_not_claim_what_came_before() -> None:
    feed = Feed("1")
    assert feed.after(0) == []
    feed.publish(said(4, 4))
    assert feed.after(2) is None
    assert feed.after(3) == said(4, 4)


def test_of_two_frames_a_slow_watcher_gets_the_later_one_once() -> None:
    feed, watcher = Feed("1"), Watcher()
    assert feed.frame_for(watcher) is None
    feed.show(b"first")
    feed.show(b"second")
    assert feed.frame_for(watcher) == b"second"
    assert feed.frame_for(watcher) is None


def test_a_watcher_that_wants_no_frames_gets_none() -> None:
    feed, watcher = Feed("1"), Watcher(frames=False)
    feed.show(b"frame")
    assert feed.frame_for(watcher) is None


def test_each_event_and_each_frame_wakes_every_watcher() -> None:
    feed, watchers = Feed("1"), [Watcher(), Watcher()]
    feed.watchers.update(watchers)
    for news in (said(1, 1), b"frame"):
        if isinstance(news, bytes):
            feed.show(news)
        else:
            feed.publish(news)
        assert all(watcher.wake.is_set() for watcher in watchers)
        for watcher in watchers:
            watcher.wake.clear()
