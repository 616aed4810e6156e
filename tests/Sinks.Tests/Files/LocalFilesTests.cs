using System.Globalization;
using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;

namespace ActorLog.Sinks.Tests.Files;

public class LocalFilesTests
{
    private readonly ManualTime _time = new(Batches.Start);
    private readonly List<SealedSegment> _sealed = [];
    private readonly List<(string Path, Interference What)> _interfered = [];

    [Theory]
    [EachDisk]
    public void Lines_stand_in_the_file_of_their_path(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk);
        Write(files, ("a", "1"), ("b", "2"), ("a", "3"));
        Write(files, ("b", "4"));
        Assert.Equal(Lines("a", 1, 3), disk.Text("a.log"));
        Assert.Equal(Lines("b", 2, 4), disk.Text("b.log"));
    }

    [Theory]
    [EachDisk("whole\nto", "whole\n")]
    [EachDisk("torn", "")]
    [EachDisk("whole\n", "whole\n")]
    [EachDisk("", "")]
    public void A_torn_line_at_the_end_is_cut_at_the_first_open(string kind, string before, string kept)
    {
        using var disk = Disk.Open(kind, _time);
        disk.Put("a.log", before);
        using var files = Open(disk);
        Write(files, ("a", "1"));
        Assert.Equal(kept + Lines("a", 1), disk.Text("a.log"));
    }

    [Theory]
    [EachDisk(65_536)]
    [EachDisk(200_000)]
    [EachDisk(TornTail.SearchBytesMax + 1)]
    public void A_long_torn_line_is_cut_and_one_beyond_the_search_is_ended(string kind, int torn)
    {
        using var disk = Disk.Open(kind, _time);
        disk.Put("a.log", "whole\n" + new string('x', torn));
        using var files = Open(disk);
        Write(files, ("a", "1"));
        var kept = torn > TornTail.SearchBytesMax ? new string('x', torn) + "\n" : "";
        Assert.Equal("whole\n" + kept + Lines("a", 1), disk.Text("a.log"));
    }

    [Theory]
    [EachDisk(StoreOperation.Create, 0)]
    [EachDisk(StoreOperation.Append, 0)]
    [EachDisk(StoreOperation.Append, 7)]
    public void A_write_that_fails_leaves_nothing_and_the_next_one_is_whole(string kind, StoreOperation operation, int bytesFirst)
    {
        for (var nth = 1; nth <= 3; nth++)
        {
            using var disk = Disk.Open(kind, _time);
            using var files = Open(disk);
            Write(files, ("a", "0"));
            disk.Store.Fail(operation, operation == StoreOperation.Create ? Math.Min(nth, 2) : nth, "ENOSPC", bytesFirst: bytesFirst);
            var failure = Assert.Throws<StorageException>(() => Write(files, ("a", "1"), ("b", "2"), ("c", "3")));
            Assert.Equal("ENOSPC", failure.Error);
            Assert.Equal(Lines("a", 0), disk.Text("a.log"));

            Write(files, ("a", "1"), ("b", "2"), ("c", "3"));
            Assert.Equal(Lines("a", 0, 1), disk.Text("a.log"));
            Assert.Equal(Lines("b", 2), disk.Text("b.log"));
            Assert.Equal(Lines("c", 3), disk.Text("c.log"));
        }
    }

    [Theory]
    [EachDisk]
    public void What_could_not_be_taken_back_at_once_is_before_the_next_line(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk);
        Write(files, ("a", "0"));
        disk.Store.Fail(StoreOperation.Append, nth: 2, bytesFirst: 5);
        disk.Store.Fail(StoreOperation.Truncate, times: 3);
        Assert.Throws<StorageException>(() => Write(files, ("a", "1"), ("b", "2")));
        Assert.Equal(Lines("a", 0, 1), disk.Text("a.log"));
        Assert.Throws<StorageException>(() => Write(files, ("a", "1"), ("b", "2")));
        Write(files, ("a", "1"), ("b", "2"));
        Assert.Equal(Lines("a", 0, 1), disk.Text("a.log"));
        Assert.Equal(Lines("b", 2), disk.Text("b.log"));
    }

    [Theory]
    [EachDisk]
    public void A_foreign_move_cut_or_delete_is_noticed_within_a_second(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk);
        Write(files, ("a", "1"));
        disk.Store.Rename("a.log", "a.log.1");
        Write(files, ("a", "2"));
        Assert.Equal(Lines("a", 1, 2), disk.Text("a.log.1"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Write(files, ("a", "3"));
        Assert.Equal(Lines("a", 3), disk.Text("a.log"));

        disk.Cut("a.log", 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Write(files, ("a", "4"));
        Assert.Equal(Lines("a", 4), disk.Text("a.log"));

        disk.Store.Delete("a.log");
        _time.Advance(TimeSpan.FromSeconds(1));
        Write(files, ("a", "5"));
        Assert.Equal(Lines("a", 5), disk.Text("a.log"));
        Assert.Equal(
            [("a.log", Interference.Gone), ("a.log", Interference.Truncated), ("a.log", Interference.Gone)], _interfered);
    }

    [Theory]
    [EachDisk]
    public void More_paths_than_open_files_are_served_too(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk, openFilesMax: 3);
        var hosts = Enumerable.Range(0, 10).Select(i => $"h{i}").ToArray();
        for (var round = 0; round < 3; round++)
        {
            Write(files, [.. hosts.Select(host => (host, $"{round}"))]);
            Assert.Equal(3, files.OpenCount);
        }

        // Taken back although most of the batch's files are closed again.
        disk.Store.Fail(StoreOperation.Append, nth: 10, bytesFirst: 3);
        Assert.Throws<StorageException>(() => Write(files, [.. hosts.Select(host => (host, "3"))]));
        Assert.All(hosts, host => Assert.Equal(Lines(host, 0, 1, 2), disk.Text(host + ".log")));
        Assert.InRange(disk.Memory?.OpenHandles ?? 0, 0, 3);
    }

    [Theory]
    [EachDisk]
    public void Turns_seal_at_utc_and_idle_files_too(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk, new RotationSettings(null, RotationPeriod.Hour, false));
        Write(files, ("a", "1"), ("b", "1"));
        files.RotateDue();
        Assert.Empty(_sealed);
        _time.Advance(TimeSpan.FromMinutes(11));
        Write(files, ("a", "2"));
        files.RotateDue();
        Assert.Equal(
            ["a.log-20261123T060100Z-00000001", "b.log-20261123T060100Z-00000001"], _sealed.Select(s => s.Path));
        Assert.Equal(["a.log", .. _sealed.Select(s => s.Path)], disk.Names());
        Assert.Equal(Lines("a", 2), disk.Text("a.log"));
    }

    [Theory]
    [EachDisk]
    public void A_clock_that_goes_back_makes_no_name_twice(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using (var files = Open(disk, new RotationSettings(10, RotationPeriod.Never, false)))
        {
            for (var i = 0; i < 3; i++)
            {
                Write(files, ("a", $"{i}"));
                _time.Set(Batches.Start.AddHours(-i));
            }
        }

        using (var files = Open(disk, new RotationSettings(10, RotationPeriod.Never, false)))
        {
            Write(files, ("a", "3"));
        }

        Assert.Equal([1, 2, 3], _sealed.Select(segment => segment.Name.Number));
        Assert.Equal(Lines("a", 0, 1, 2, 3), string.Concat(_sealed.Select(s => disk.Text(s.Path))) + disk.Text("a.log"));
    }

    [Theory]
    [EachDisk]
    public void A_strangers_file_at_the_path_is_not_renamed(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk, new RotationSettings(20, RotationPeriod.Never, false));
        Write(files, ("a", "1"));
        disk.Store.Rename("a.log", "moved");
        disk.Put("a.log", "strange\n");
        Write(files, ("a", "2"));
        Assert.Equal(["a.log", "moved"], disk.Names());
        Assert.Equal("strange\n" + Lines("a", 2), disk.Text("a.log"));
        Assert.Equal([("a.log", Interference.Replaced)], _interfered);
    }

    [Theory]
    [EachDisk]
    public void A_rename_that_fails_leaves_the_file_in_use(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk, new RotationSettings(10, RotationPeriod.Never, false));
        Write(files, ("b", "0"), ("a", "0"));
        disk.Store.Fail(StoreOperation.Rename, nth: 2);
        Assert.Throws<StorageException>(() => Write(files, ("b", "1"), ("a", "1")));
        Assert.Equal("", disk.Text("b.log"));
        Write(files, ("b", "1"), ("a", "1"));
        Assert.Equal(Lines("a", 1), disk.Text("a.log"));
        Assert.Equal(Lines("b", 1), disk.Text("b.log"));
        Assert.Equal(Lines("a", 0), disk.Text(_sealed.Single(s => s.Name.BaseName == "a.log").Path));
    }

    [Theory]
    [EachDisk]
    public void A_thousand_rotations_keep_every_byte_in_order(string kind)
    {
        using var disk = Disk.Open(kind, _time);
        using var files = Open(disk, new RotationSettings(40, RotationPeriod.Never, false));
        var upkeep = new SegmentUpkeep(disk.Store, compress: true, RetentionSettings.None, _time);
        var expected = new StringBuilder();
        for (var i = 0; _sealed.Count < 1000; i++)
        {
            Write(files, ("a", i.ToString(CultureInfo.InvariantCulture)));
            expected.Append(Lines("a", i));
            _time.Advance(TimeSpan.FromMilliseconds(300));
            if (i == 1000)
            {
                Assert.Empty(upkeep.Run("", _ => true, default).Failures);
            }
        }

        var found = upkeep.Find("").OrderBy(segment => segment.Name.Number).ToArray();
        Assert.Equal(1000, found.Length);
        Assert.Contains(found, segment => segment.Name.Compressed);
        var text = string.Concat(found.Select(s => s.Name.Compressed ? SegmentUpkeepTests.Unzip(disk.Bytes(s.Path)) : disk.Text(s.Path)));
        Assert.Equal(expected.ToString(), text + disk.Text("a.log"));
    }

    internal static string Lines(string host, params int[] numbers) =>
        string.Concat(numbers.Select(number => $"Nov 23 05:50:00 {host} app: {number}\n"));

    internal static void Write(LocalFiles files, params (string Host, string Message)[] records)
    {
        using var batch = Batches.Of(records);
        files.Write(batch);
    }

    private LocalFiles Open(Disk disk, RotationSettings? rotation = null, int openFilesMax = LocalFiles.OpenFilesMax) => new(
        disk.Store,
        rotation ?? RotationSettings.None,
        LineGroupsTests.Groups("{host}.log"),
        _time,
        new LocalFilesEvents(_sealed.Add, (path, what) => _interfered.Add((path, what))),
        openFilesMax);
}
