using System.Net;
using ActorLog.Node.Receiving;

namespace ActorLog.Node.Tests.Receiving;

public sealed class OwnerWatchTests
{
    private static readonly DnsEndPoint Here = new("a-0", 6514);
    private static readonly DnsEndPoint Other = new("a-1", 6514);
    private static readonly DnsEndPoint Third = new("a-2", 6514);

    [Fact]
    public void An_edge_is_sent_to_who_stores_most_of_it_in_two_intervals_and_told_once()
    {
        var watch = new OwnerWatch(Here);
        Assert.Null(Judge(watch, Here, Other, Other));
        Assert.Equal(Other, Judge(watch, Other));
        Assert.Null(Judge(watch, Other));
        Assert.Null(Judge(watch, Other));
        Assert.Null(Judge(watch, Third));
        Assert.Equal(Third, Judge(watch, Third));
    }

    [Fact]
    public void An_interval_in_which_nothing_was_stored_is_none()
    {
        var watch = new OwnerWatch(Here);
        Assert.Null(Judge(watch, Other));
        Assert.Null(Judge(watch));
        Assert.Equal(Other, Judge(watch, Other));
    }

    [Fact]
    public void An_edge_stays_whose_records_are_stored_here_or_by_nobody_most_or_by_who_does_not_say()
    {
        var watch = new OwnerWatch(Here);
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(Judge(watch, Here, new DnsEndPoint("A-0", 6514)));
            Assert.Null(Judge(watch, Other, Other, Third, Third));
            Assert.Null(Judge(watch, Other, null, null));
        }
    }

    [Fact]
    public void Who_takes_over_in_between_begins_anew()
    {
        var watch = new OwnerWatch(null);
        Assert.Null(Judge(watch, Other));
        Assert.Null(Judge(watch, Third));
        Assert.Null(Judge(watch, Other));
        Assert.Equal(Other, Judge(watch, Other));
    }

    private static DnsEndPoint? Judge(OwnerWatch watch, params DnsEndPoint?[] stored)
    {
        foreach (var gateway in stored)
        {
            watch.OnStored(gateway);
        }

        return watch.Judge();
    }
}
