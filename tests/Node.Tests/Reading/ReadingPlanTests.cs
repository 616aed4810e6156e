using ActorLog.Node.Reading;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Tests.Reading;

public sealed class ReadingPlanTests
{
    private const long Now = 1_000_000;
    private const string First = "20261125T000000Z";

    private readonly List<SegmentListing> _roots = [];
    private List<FileEntry>? _table = [];
    private bool _isAllHere = true;

    [Fact]
    public void Segments_of_all_roots_follow_each_other_by_number_whatever_their_times_and_the_open_file_is_cut_at_what_is_committed()
    {
        Root("a", File($"web1.log-{First}-00000020", 1), File("web1.log", 2, bytes: 500));
        Root("b", File("web1.log-20261129T000000Z-00000007.gz", 3), File("web1.log-20261128T000000Z-100000000", 4));
        _table = [Entry(9, "a", 2, 300, openedAt: 100_000_005)];
        Assert.Equal(
            ["b:web1.log-20261129T000000Z-00000007.gz", $"a:web1.log-{First}-00000020", "b:web1.log-20261128T000000Z-100000000", "a:web1.log 300"], Plan());
    }

    [Fact]
    public void An_earlier_owner_s_file_that_waits_to_be_cut_stands_between_what_was_written_before_and_after_it()
    {
        Root("a", File($"web1.log-{First}-00000020", 1), File("web1.log", 2, bytes: 500));
        Root("b", File($"web1.log-{First}-00000050", 3), File("web1.log", 4, bytes: 10));
        _table = [Entry(3, "a", 2, 300, openedAt: 25), Entry(8, "b", 4, 10, openedAt: 60)];
        Assert.Equal([$"a:web1.log-{First}-00000020", "a:web1.log 300", $"b:web1.log-{First}-00000050", "b:web1.log 10"], Plan());
    }

    [Fact]
    public void A_segment_whose_seal_is_decided_has_its_number_before_it_has_its_name()
    {
        Root("a", File("web1.log", 2, bytes: 500));
        Root("b", File($"web1.log-{First}-00000050", 3));
        _table = [Entry(3, "a", 2, 300, openedAt: 25) with { SealedAs = $"web1.log-{First}-00000070" }];
        Assert.Equal([$"b:web1.log-{First}-00000050", "a:web1.log 300"], Plan());
    }

    [Theory]
    [InlineData("web1.log-20261125T000000Z-00000070")]
    [InlineData("web1.log-20261125T000000Z-00000070.gz")]
    public void A_segment_that_has_its_name_already_counts_once_and_whole(string name)
    {
        Root("a", File(name, name.EndsWith(".gz", StringComparison.Ordinal) ? 9UL : 2UL));
        _table = [Entry(3, "a", 2, 300, openedAt: 25) with { SealedAs = $"web1.log-{First}-00000070" }];
        Assert.Equal([$"a:{name}"], Plan());
        // Sealed since the journal was read.
        _table = name.EndsWith(".gz", StringComparison.Ordinal) ? _table : [Entry(3, "a", 2, 300, openedAt: 25)];
        Assert.Equal([$"a:{name}"], Plan());
    }

    [Fact]
    public void Of_an_original_and_its_copy_the_original_counts()
    {
        Root("a", File($"web1.log-{First}-00000070", 2), File($"web1.log-{First}-00000070.gz", 3));
        Assert.Equal([$"a:web1.log-{First}-00000070"], Plan());
    }

    [Fact]
    public void The_file_of_an_older_program_is_the_last_of_its_log()
    {
        Root("a", File($"web1.log-{First}-00000070", 2), File("web1.log", 3, bytes: 5));
        _table = [Entry(3, "a", 3, 5, openedAt: 0)];
        Assert.Equal([$"a:web1.log-{First}-00000070", "a:web1.log 5"], Plan());
    }

    [Fact]
    public void Files_of_other_hosts_of_the_partition_are_none_of_ours()
    {
        Root("a", File("web1.log", 2, bytes: 5));
        _table = [Entry(3, "a", 2, 5, openedAt: 4), Entry(4, "a", 77, 9, openedAt: 5, path: "web2.log"), Entry(5, "gone", 78, 9, openedAt: 6, path: "web3.log")];
        Assert.Equal(["a:web1.log 5"], Plan());
    }

    [Fact]
    public void What_is_committed_and_not_there_is_told()
    {
        Root("a");
        _table = [Entry(3, "a", 2, 300, openedAt: 25), Entry(4, "a", 3, 0, openedAt: 26)];
        Assert.Empty(Plan("web1.log on node-a, with 300 bytes that are committed, is not there"));
    }

    [Fact]
    public void A_root_that_no_node_has_is_told_when_all_were_asked()
    {
        Root("a");
        _table = [Entry(3, "lost", 2, 300, openedAt: 25)];
        Assert.Empty(Plan("300 bytes of web1.log lie in data root lost, which no aggregator has"));
        // Else the node that is missing is told.
        _isAllHere = false;
        Assert.Empty(Plan());
    }

    [Fact]
    public void What_the_journal_does_not_know_is_left_out_and_told()
    {
        Root("a", File("web1.log", 2, bytes: 300), File($"web1.log-{First}-00000070", 3));
        Root("b", File("web1.log", 4, bytes: 0));
        Assert.Equal([$"a:web1.log-{First}-00000070"], Plan("web1.log on node-a is left out: the journal knows nothing of its 300 bytes"));
    }

    [Fact]
    public void Without_the_journal_what_is_sealed_is_there_and_the_rest_is_told()
    {
        Root("a", File("web1.log", 2, bytes: 300), File($"web1.log-{First}-00000070", 3));
        _table = null;
        Assert.Equal(
            [$"a:web1.log-{First}-00000070"],
            Plan("web1.log on node-a is left out: it is not sealed, and only the journal knows how much of it is committed"));
    }

    [Fact]
    public void Logs_of_a_host_come_one_after_the_other()
    {
        Root("a", File("web1/b.log", 2, bytes: 7), File($"web1/a.log-{First}-00000070", 3));
        Root("b", File($"web1/b.log-{First}-00000010", 4));
        _table = [Entry(3, "a", 2, 7, openedAt: 90, path: "web1/b.log")];
        Assert.Equal(
            [$"a:web1/a.log-{First}-00000070", $"b:web1/b.log-{First}-00000010", "a:web1/b.log 7"], PlanOf("{host}/{program}.log"));
    }

    private List<string> Plan(params string[] lacking) => PlanOf("{host}.log", lacking);

    private List<string> PlanOf(string template, params string[] lacking)
    {
        Assert.True(PathTemplate.TryParse(template, out var parsed, out _));
        var plan = ReadingPlan.Of(_roots, _table, new HostPaths(parsed, "web1"u8), _isAllHere, Now);
        Assert.Equal(lacking, plan.Lacking);
        return [.. plan.Segments.Select(s => $"{_roots[s.Root].RootId}:{s.File.Path}{(s.Committed is { } bytes ? $" {bytes}" : "")}")];
    }

    private void Root(string id, params HostFile[] files) => _roots.Add(new SegmentListing(id, $"node-{id}", files, null));

    private static HostFile File(string path, ulong inode, long bytes = 100)
    {
        var log = SegmentName.TryParse(path, out var name) ? name.BaseName : path;
        return new HostFile(log, path, inode, bytes, Now, IsOthersToo: false);
    }

    private static FileEntry Entry(long number, string root, ulong inode, long length, long openedAt, string path = "web1.log") =>
        new(new FileOpened(number, root, path, 1, inode, 0), length, 1, null, 0) { OpenedAt = openedAt };
}
