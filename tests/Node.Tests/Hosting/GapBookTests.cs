using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed class GapBookTests
{
    private readonly GapBook _book = new("run1");

    [Fact]
    public void A_run_of_losses_is_one_gap_until_it_is_taken()
    {
        _book.Note(DropReason.Kernel, "udp", 3, 100, 200);
        _book.Note(DropReason.Kernel, "udp", 4, 200, 300);
        _book.Note(DropReason.Kernel, "other", 1, 250, 300);
        Assert.Equal(8, _book.UnsaidRecords);

        Assert.Equal(
            [new Gap("run1", 1, DropReason.Kernel, "udp", 7, 100, 300), new Gap("run1", 2, DropReason.Kernel, "other", 1, 250, 300)],
            _book.Take());
        Assert.Empty(_book.Take());
        _book.Note(DropReason.Kernel, "udp", 1, 400, 400);
        Assert.Equal(3, Assert.Single(_book.Take()).Number);
    }

    [Fact]
    public void What_could_not_be_said_comes_back_and_what_was_lost_meanwhile_joins_it()
    {
        _book.Note(DropReason.SpoolFull, "spool", 5, 100, 100);
        var taken = _book.Take();
        _book.Note(DropReason.SpoolFull, "spool", 2, 200, 200);
        _book.TakeChanges();

        _book.Return(taken);

        Assert.Equal(
            [new GapChange(new Gap("run1", 1, DropReason.SpoolFull, "spool", 7, 100, 200), false),
                new GapChange(new Gap("run1", 2, DropReason.SpoolFull, "spool", 0, 200, 200), false)],
            _book.TakeChanges().OrderBy(static change => change.Gap.Number));
        Assert.Equal(7, Assert.Single(_book.Take()).Records);
    }

    [Fact]
    public void What_a_local_sink_lost_is_kept_and_not_said()
    {
        _book.Note(DropReason.LocalFile, "local", 5, 100, 100);

        Assert.Empty(_book.Take());
        Assert.Equal(0, _book.UnsaidRecords);
        Assert.Equal(5, Assert.Single(_book.TakeChanges()).Gap.Records);
    }

    [Fact]
    public void A_change_that_could_not_be_written_is_there_again_unless_it_has_changed_once_more()
    {
        _book.Note(DropReason.Kernel, "udp", 1, 100, 100);
        _book.Note(DropReason.Stalled, "tcp", 2, 100, 100);
        var unwritten = _book.TakeChanges();
        Assert.Empty(_book.TakeChanges());
        _book.Note(DropReason.Kernel, "udp", 1, 200, 200);

        _book.Keep(unwritten);

        Assert.Equal([2, 2], _book.TakeChanges().Select(static change => change.Gap.Records));
    }

    [Fact]
    public void A_gap_of_an_earlier_run_keeps_its_name_and_takes_nothing_of_this_one_in()
    {
        _book.Carry(new Gap("run0", 7, DropReason.Kernel, "udp", 9, 10, 20));
        _book.Note(DropReason.Kernel, "udp", 1, 100, 100);

        Assert.Equal(["run0/7", "run1/1"], _book.Take().Select(static gap => gap.Id));
    }

    [Fact]
    public void Its_text_is_one_line_of_words()
    {
        var gap = new Gap("ab12", 3, DropReason.SpoolFull, "the spool", 1234, 0, TimeSpan.TicksPerMillisecond);
        Assert.Equal(
            "gap: 1234 records dropped, reason=spool-full source=the%20spool from=0001-01-01T00:00:00.000Z"
            + " to=0001-01-01T00:00:00.001Z id=ab12/3",
            gap.Text);
    }

    [Fact]
    public void Every_reason_has_a_name_that_leads_back()
    {
        foreach (var reason in Enum.GetValues<DropReason>())
        {
            Assert.Matches("^[a-z-]+$", reason.Name());
            Assert.True(DropReasons.TryParse(reason.Name(), out var back));
            Assert.Equal(reason, back);
        }

        Assert.False(DropReasons.TryParse("of a later program", out _));
    }

    [Fact]
    public void A_drop_is_booked_and_noted_in_one_call()
    {
        var ledger = new Ledger();
        ledger.Drop(DropReason.Kernel, 0, "udp");
        ledger.Drop(DropReason.Kernel, 5, "udp", DateTimeOffset.UnixEpoch);

        Assert.Equal(5, ledger[DropReason.Kernel]);
        var gap = Assert.Single(ledger.Gaps.Take());
        Assert.Equal((5, DateTimeOffset.UnixEpoch.UtcTicks), (gap.Records, gap.FromTicks));
    }
}
