using System.Text;
using ActorLog.Node.Routing;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;
using CsCheck;

namespace ActorLog.Node.Tests.Routing;

public class RouteTableTests
{
    private static readonly Sample Web = new("gunicorn.a.access", Channel: Channel.Access);
    private static readonly Sample Other = new("CRON");
    private static readonly Filter IsWeb = SetFilter.OnChannel(1u << (int)Channel.Access);

    [Fact]
    public void A_sink_that_takes_all_shares_the_batch()
    {
        var batch = Batches.Of(Web, Other);
        var routed = Table(("all", null, ["a", "b"])).Route(batch);

        Assert.Equal(0, routed.Unrouted);
        Assert.All(routed.BySink, batches => Assert.Same(batch, Assert.Single(batches)));
        routed.BySink[0][0].Dispose();
        Assert.Equal([Web, Other], Batches.Samples(batch));
        routed.BySink[1][0].Dispose();
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
    }

    [Fact]
    public void A_filter_that_takes_all_shares_the_batch_too()
    {
        var batch = Batches.Of(Web, Web);
        var routed = Table(("web", IsWeb, ["a"])).Route(batch);

        Assert.Same(batch, Assert.Single(routed.BySink[0]));
        Assert.Empty(routed.BySink[1]);
        batch.Dispose();
    }

    [Fact]
    public void A_sink_that_takes_some_gets_copies_in_order_and_the_batch_is_released()
    {
        var first = Web with { Message = "first", Host = "h1" };
        var second = Web with { Message = "second", Host = "h2" };
        var batch = Batches.Of(Other, first, Other, second);
        var routed = Table(("web", IsWeb, ["b"])).Route(batch);

        Assert.Equal(2, routed.Unrouted);
        Assert.Empty(routed.BySink[0]);
        using var copy = Assert.Single(routed.BySink[1]);
        Assert.Equal([first, second], Batches.Samples(copy));
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
    }

    [Fact]
    public void What_another_owner_reads_stays_as_it_is()
    {
        using var batch = Batches.Of(Web, Other);
        var routed = Table(("web", IsWeb, ["a"])).Route(batch.Retain());

        using var copy = Assert.Single(routed.BySink[0]);
        Assert.Equal([Web], Batches.Samples(copy));
        Assert.Equal([Web, Other], Batches.Samples(batch));
    }

    [Fact]
    public void A_batch_names_no_host_whose_records_nobody_takes()
    {
        var routed = Table(("web", IsWeb, ["a"])).Route(Batches.Of(Web, Other with { Host = "unwanted" }));

        using var batch = Assert.Single(routed.BySink[0]);
        Assert.Equal([Web], Batches.Samples(batch));
        Assert.Equal(1, batch.Hosts.Count);
    }

    [Fact]
    public void Each_sink_gets_what_its_routes_take_in_order() =>
        Gen.Select(
            Gen.Select(Gen.OneOf("web1", "web2", "db1"), Gen.OneOf(Channel.Access, Channel.App, Channel.Other), Gen.String[0, 40]).Array[1, 30],
            Gen.Bool).Sample((drawn, both) =>
        {
            Sample[] samples = [.. drawn.Select(one => new Sample("app", one.Item1, Channel: one.Item2, Message: $"m{Convert.ToHexString(Encoding.UTF8.GetBytes(one.Item3))}"))];
            var isApp = SetFilter.OnChannel(1u << (int)Channel.App);
            var routed = Table(("web", IsWeb, ["a", "b"]), ("app", isApp, both ? ["a", "b"] : ["b"])).Route(Batches.Of(samples));
            var inA = samples.Where(one => one.Channel == Channel.Access || (both && one.Channel == Channel.App));
            var inB = samples.Where(one => one.Channel is Channel.Access or Channel.App);
            var unrouted = samples.Count(one => one.Channel == Channel.Other);
            var holds = routed.Unrouted == unrouted && Holds(routed.BySink[0], inA) && Holds(routed.BySink[1], inB);
            Assert.All(routed.BySink.SelectMany(static batches => batches), static batch => batch.Dispose());
            return holds;
        }, iter: 2000);

    [Fact]
    public void A_record_goes_to_a_sink_once_even_by_two_routes()
    {
        var batch = Batches.Of(Web, Other);
        var routed = Table(("web", IsWeb, ["a"]), ("again", IsWeb, ["a", "b"]), ("all", null, ["b"])).Route(batch);

        using var some = Assert.Single(routed.BySink[0]);
        using var all = Assert.Single(routed.BySink[1]);
        Assert.Equal([Web], Batches.Samples(some));
        Assert.Equal([Web, Other], Batches.Samples(all));
        Assert.Equal(0, routed.Unrouted);
    }

    [Fact]
    public void Without_routes_every_record_is_counted_as_unrouted()
    {
        var batch = Batches.Of(Web, Other);
        var routed = Table().Route(batch);

        Assert.Equal(2, routed.Unrouted);
        Assert.All(routed.BySink, Assert.Empty);
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
    }

    [Fact]
    public void What_does_not_fit_into_one_span_of_time_goes_into_two_batches()
    {
        using var writer = new BatchWriter();
        // The first record that is kept lies 200 s before the base, the second 200 s behind it: their distance is no int.
        foreach (var (ticks, channel) in new[] { (0L, Channel.Other), (-2_000_000_000L, Channel.Access), (2_000_000_000L, Channel.Access) })
        {
            var record = new ParsedRecord { Priority = Priority.Default, Channel = channel };
            Assert.True(writer.TryAppend(record, "h"u8, 10_000_000_000 + ticks));
        }

        var routed = Table(("web", IsWeb, ["a"])).Route(writer.Take()!);

        Assert.Equal([1, 1], routed.BySink[0].Select(batch => batch.Count));
        Assert.All(routed.BySink[0], batch => batch.Dispose());
    }

    [Fact]
    public void A_filter_that_throws_leaves_no_batch_behind()
    {
        var batch = Batches.Of(Web);
        Assert.Throws<InvalidOperationException>(() => Table(("bad", new ThrowingFilter(), ["a"])).Route(batch));
        Assert.Throws<ObjectDisposedException>(batch.Dispose);
    }

    [Fact]
    public void A_route_to_a_sink_that_is_not_there_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Table(("r", null, ["c"])));
        Assert.StartsWith("Route 'r' leads to the unknown sink 'c'.", error.Message, StringComparison.Ordinal);
    }

    private static bool Holds(IReadOnlyList<RecordBatch> batches, IEnumerable<Sample> samples) =>
        batches.SelectMany(Batches.Samples).SequenceEqual(samples)
        && batches.All(batch => batch.Hosts.Count == Batches.Samples(batch).Select(static one => one.Host).Distinct().Count());

    private static RouteTable Table(params (string Name, Filter? Filter, string[] Sinks)[] routes) =>
        new([.. routes.Select(route => new RouteSettings(route.Name, route.Filter, route.Sinks))], ["a", "b"]);

    private sealed class ThrowingFilter : Filter
    {
        public override bool Takes(in LogRecord record) => throw new InvalidOperationException(Encoding.UTF8.GetString(record.Host));
    }
}
