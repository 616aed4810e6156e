using System.Globalization;
using System.Text;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Testing.Nodes;
using static ActorLog.Testing.Nodes.ListeningHost;

namespace ActorLog.Drills.Actors;

/// <summary>
/// Listeners that cannot bind, that break, and whose flow stands still, more than one of it at a time: no source knows of
/// another's trouble, and each record is taken once or counted as shed. None of the review's holes is theirs: what they
/// have is not accepted yet, so its loss must be counted (M10).
/// </summary>
public sealed class ListenerDrills
{
    // The end of a record whose beginning alone would be a number too.
    private const char Whole = '.';

    public static TheoryData<bool, SourceTransport> Everything() => BothPaths(Enum.GetValues<SourceTransport>());

    public static TheoryData<bool, SourceTransport> Streams() =>
        BothPaths(SourceTransport.Tcp, SourceTransport.UnixStream, SourceTransport.Tls);

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task A_source_that_is_taken_and_one_that_is_denied_come_when_they_may_and_the_third_has_not_noticed(
        bool portable, SourceTransport transport)
    {
        await using var holder = new ListeningHost(portable, Source("holder", transport));
        var taken = await holder.Ready("holder");
        var good = Source("good", transport);
        var late = Source("late", transport, port: taken.Port);
        late = late.Path is null ? late : late with { Path = holder.PathOf("holder") };
        // A file stands where its directory would be, so that even root is denied.
        var wall = Path.Combine(holder.Folder, "wall");
        await File.WriteAllTextAsync(wall, "");
        var denied = Source("denied", SourceTransport.UnixStream) with { Path = Path.Combine(wall, "s") };
        await using var host = new ListeningHost(portable, good, late, denied);
        await host.Faulted("late");
        await host.Faulted("denied");
        using var socket = await host.Connect(good);
        await SendAsync(socket, "during");
        await host.Received(1);

        await holder.Stop();
        File.Delete(wall);
        Directory.CreateDirectory(wall);
        await host.Ready("denied");
        using var first = await host.Connect(late);
        using var second = await host.Connect(denied);
        await SendAsync(first, "late");
        await SendAsync(second, "denied");
        await SendAsync(socket, "after");
        await host.Received(4);
        Assert.Equal(
            [("denied", "denied"), ("good", "during"), ("good", "after"), ("late", "late")],
            host.Records.Select(static record => (record.Source, TextOf(record.Text))).OrderBy(static pair => pair.Source));
        Assert.Equal(4, host.Ledger[LedgerAccount.Received]);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task One_that_breaks_is_started_anew_and_hands_over_what_it_had_and_the_other_reads_on(
        bool portable, SourceTransport transport)
    {
        var source = Source("breaks", transport);
        var other = Source("other", transport);
        await using var host = new ListeningHost(portable, source, other);
        using var whole = await host.Connect(other);
        for (var round = 1; round <= 3; round++)
        {
            await host.Ready("breaks", round);
            using var socket = await host.Connect(source);
            await SendAsync(socket, $"{round} before");
            await Until(() => host.Ledger.ReceivedBySource.Contains(("breaks", round)), "it was read");
            await SendAsync(whole, $"{round} beside");
            host.Break("breaks");
        }

        await host.Ready("breaks", 4);
        await SendAsync(whole, "last beside");
        using var last = await host.Connect(source);
        await SendAsync(last, "last");
        await host.Received(8);
        Assert.Equal(["1 before", "2 before", "3 before", "last"], TextsOf(host, "breaks"));
        Assert.Equal(["1 beside", "2 beside", "3 beside", "last beside"], TextsOf(host, "other"));
        await host.Stop();
        Assert.Equal((8, 0), (host.Ledger[LedgerAccount.Received], host.Ledger[DropReason.Stalled]));
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_full_queue_holds_the_sender_back_and_none_of_it_is_shed(bool portable, SourceTransport transport)
    {
        const int Sent = 400;
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, 1, TimeSpan.FromHours(1), source);
        using var socket = await host.Connect(source);
        host.CloseTap();
        // More than all buffers between here and there.
        var filling = new string('x', 200_000);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < Sent; i++)
            {
                await SendAsync(socket, $"{i} {filling}");
            }
        });
        await Until(() => host.Ledger[LedgerAccount.Received] > 1, "it reads");
        Assert.False(sending.IsCompleted);

        host.OpenTap();
        await sending.WaitAsync(Patience);
        await host.Received(Sent);
        Assert.Equal(Enumerable.Range(0, Sent), host.Texts.Select(NumberOf));
        Assert.Equal(0, host.Ledger[DropReason.Stalled]);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task One_that_breaks_while_the_flow_stands_still_counts_what_it_shed_and_doubles_nothing(
        bool portable, SourceTransport transport)
    {
        var source = Source("in", transport);
        await using var host = new ListeningHost(portable, 1, TimeSpan.FromMilliseconds(100), source);
        host.CloseTap();
        var sent = 0;
        using (var socket = await host.Connect(source))
        {
            while (host.Ledger[DropReason.Stalled] == 0)
            {
                await SendAsync(socket, $"{sent++} {Whole}");
                Assert.True(sent < 1_000_000);
            }

            host.Break("in");
            await host.Ready("in", 2);
        }

        host.OpenTap();
        using var anew = await host.Connect(source);
        // Until the flow is seen to move it may be shed too.
        var firstAnew = sent;
        while (Numbers(host, firstAnew, sent).Count == 0)
        {
            await SendAsync(anew, $"{sent++} {Whole}");
            await Task.Delay(5);
        }

        await host.Stop();
        await Until(
            () => host.Ledger[LedgerAccount.Received] == host.Records.Count + host.Ledger[DropReason.Stalled],
            "every record is either taken or shed");
        // What the old intake has in hand and what the new one reads are handed over side by side.
        var (before, after) = (Numbers(host, 0, firstAnew), Numbers(host, firstAnew, sent));
        Assert.Equal(before.Order().Distinct(), before);
        Assert.Equal(after.Order().Distinct(), after);
    }

    private static Task SendAsync(SourceClient client, string text) => client.SendAsync(Encoding.Latin1.GetBytes($"<13>{text}\0"));

    // A datagram keeps its NUL.
    private static string TextOf(string frame) => frame[4..].TrimEnd('\0');

    private static int NumberOf(string frame) =>
        int.Parse(TextOf(frame).Split(' ')[0], CultureInfo.InvariantCulture);

    // What a connection had sent of a record when it was broken is one too, but no number.
    private static List<int> Numbers(ListeningHost host, int first, int end) =>
        [.. host.Texts.Where(static text => TextOf(text).EndsWith(Whole)).Select(NumberOf).Where(number => number >= first && number < end)];

    private static IEnumerable<string> TextsOf(ListeningHost host, string source) =>
        host.Records.Where(record => record.Source == source).Select(static record => TextOf(record.Text));
}
