using System.IO.Compression;
using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;

namespace ActorLog.Sinks.Tests.Files;

public class SegmentUpkeepTests
{
    private const string Segment = "web1/app.log-20261123T055000Z-00000001";
    private static readonly string Content = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i} of many\n"));

    [Theory]
    [EachDisk]
    public void A_segment_is_compressed_and_its_original_removed(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Segment, Content);
        var bytes = ArchiveCompression.Compress(disk.Store, Segment, default);
        Assert.Equal(disk.Bytes(Segment + ".gz").Length, bytes);
        Assert.InRange(bytes!.Value, 1, Content.Length / 4);
        Assert.Equal(Content, Unzip(disk.Bytes(Segment + ".gz")));
        Assert.Equal(["app.log-20261123T055000Z-00000001.gz"], disk.Names("web1"));
        Assert.Equal(bytes, ArchiveCompression.Compress(disk.Store, Segment, default));
        Assert.Null(ArchiveCompression.Compress(disk.Store, "web1/none", default));
        Assert.Equal(0, disk.Memory?.OpenHandles ?? 0);
    }

    [Theory]
    [EachDisk]
    public void A_crash_at_any_step_of_the_compression_loses_nothing(string kind)
    {
        for (var step = 0; ; step++)
        {
            using var disk = Disk.Open(kind);
            disk.Put(Segment, Content);
            using (var file = disk.Store.TryOpen(Segment)!)
            {
                file.Sync();
            }

            disk.Store.SyncDirectory("web1");
            disk.Store.DieAfter(step);
            var finished = false;
            try
            {
                ArchiveCompression.Compress(disk.Store, Segment, default);
                finished = true;
            }
            catch (StorageException)
            {
                disk.Crash(torn: unsynced => unsynced / 2);
                Assert.Equal(Content, Either(disk));
            }

            if (finished)
            {
                // Even when the original's removal is durable at once, the copy is.
                disk.Store.Heal();
                disk.Store.SyncDirectory("web1");
                disk.Crash();
                Assert.Equal(["app.log-20261123T055000Z-00000001.gz"], disk.Names("web1"));
                Assert.Equal(Content, Either(disk));
            }

            disk.Store.Heal();
            Assert.NotNull(ArchiveCompression.Compress(disk.Store, Segment, default));
            Assert.Equal(["app.log-20261123T055000Z-00000001.gz"], disk.Names("web1"));
            Assert.Equal(Content, Unzip(disk.Bytes(Segment + ".gz")));
            if (finished)
            {
                Assert.True(step > 6);
                break;
            }
        }
    }

    [Theory]
    [EachDisk]
    public void Where_both_forms_stand_a_copy_that_is_whole_wins(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Segment, Content);
        ArchiveCompression.Compress(disk.Store, Segment, default);
        var archive = disk.Bytes(Segment + ".gz");
        disk.Put(Segment, Content);
        disk.Put(Segment + ".gz.tmp", "half");
        ArchiveCompression.Compress(disk.Store, Segment, default);
        Assert.Equal(archive, disk.Bytes(Segment + ".gz"));

        disk.Put(Segment, Content);
        disk.Cut(Segment + ".gz", archive.Length / 2);
        ArchiveCompression.Compress(disk.Store, Segment, default);
        Assert.Equal(Content, Unzip(disk.Bytes(Segment + ".gz")));
        Assert.Single(disk.Names("web1"));
    }

    [Theory]
    [EachDisk(StoreOperation.Create)]
    [EachDisk(StoreOperation.Append)]
    [EachDisk(StoreOperation.Read)]
    [EachDisk(StoreOperation.Sync)]
    [EachDisk(StoreOperation.Rename)]
    [EachDisk(StoreOperation.SyncDirectory)]
    [EachDisk(StoreOperation.Delete)]
    public void A_fault_leaves_the_original_and_is_reported(string kind, StoreOperation operation)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Segment, Content);
        disk.Store.Fail(operation, error: "ENOSPC");
        var report = Upkeep(disk, RetentionSettings.None, Batches.Start).Run("web1", _ => true, default);
        Assert.Contains("ENOSPC", Assert.Single(report.Failures).Error, StringComparison.Ordinal);
        Assert.Equal(Content, disk.Text(Segment));
        disk.Store.Heal();

        Assert.Single(Upkeep(disk, RetentionSettings.None, Batches.Start).Run("web1", _ => true, default).Compressed);
        Assert.Equal(Content, Unzip(disk.Bytes(Segment + ".gz")));
        Assert.Single(disk.Names("web1"));
        Assert.Equal(0, disk.Memory?.OpenHandles ?? 0);
    }

    [Theory]
    [EachDisk]
    public void A_cancelled_compression_leaves_the_original_alone(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Segment, Content);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => ArchiveCompression.Compress(disk.Store, Segment, cancelled.Token));
        Assert.Equal(["app.log-20261123T055000Z-00000001"], disk.Names("web1"));
    }

    [Theory]
    [EachDisk]
    public void One_pass_compresses_and_deletes_what_is_allowed_and_nothing_else(string kind)
    {
        using var disk = Disk.Open(kind);
        foreach (var file in new[] { "a.log", "b.log" })
        {
            disk.Put($"web1/{file}", "active");
            for (var number = 1; number <= 4; number++)
            {
                disk.Put(SegmentName.PathOf($"web1/{file}", Batches.Start.AddHours(number), number), $"{file} {number}\n");
            }
        }

        disk.Put("web1/a.log-notes", "foreign");
        var upkeep = Upkeep(disk, new RetentionSettings(2, null, null), Batches.Start.AddHours(5));
        var report = upkeep.Run("web1", segment => segment.Name is not { BaseName: "b.log", Number: 1 or 4 }, default);

        Assert.Equal(6, report.Compressed.Count);
        Assert.Equal([("a.log", 1L), ("a.log", 2L), ("b.log", 2L)], report.Deleted.Select(s => (s.Name.BaseName, s.Name.Number)));
        Assert.Empty(report.Failures);
        Assert.Equal(
            [
                "a.log", "a.log-20261123T085000Z-00000003.gz", "a.log-20261123T095000Z-00000004.gz", "a.log-notes",
                "b.log", "b.log-20261123T065000Z-00000001", "b.log-20261123T085000Z-00000003.gz", "b.log-20261123T095000Z-00000004",
            ],
            disk.Names("web1"));
        Assert.Equal(4, SegmentUpkeep.LastNumbers(disk.Store, "web1")["a.log"]);
        Assert.Single(upkeep.Run("web1", _ => true, default).Deleted);
        Assert.True(upkeep.Run("web1", _ => true, default).IsEmpty);
        Assert.True(upkeep.Run("nowhere", _ => true, default).IsEmpty);
    }

    [Theory]
    [EachDisk]
    public void Retention_goes_by_age_and_bytes_on_disk(string kind)
    {
        using var disk = Disk.Open(kind);
        for (var number = 1; number <= 4; number++)
        {
            disk.Put(SegmentName.PathOf("a", Batches.Start.AddHours(number), number), "0123456789");
        }

        var late = Batches.Start.AddHours(4.5);
        var byAge = new SegmentUpkeep(
            disk.Store, false, new RetentionSettings(null, TimeSpan.FromHours(3), null), new ManualTime(late));
        Assert.Equal(1, Assert.Single(byAge.Run("", _ => true, default).Deleted).Name.Number);
        var byBytes = new SegmentUpkeep(disk.Store, false, new RetentionSettings(null, null, 25), new ManualTime(late));
        Assert.Equal(2, Assert.Single(byBytes.Run("", _ => true, default).Deleted).Name.Number);
    }

    [Theory]
    [EachDisk]
    public void A_delete_that_fails_is_done_by_the_next_pass(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Segment, Content);
        var upkeep = new SegmentUpkeep(
            disk.Store, false, new RetentionSettings(0, null, null), new ManualTime(Batches.Start));
        disk.Store.Fail(StoreOperation.Delete);
        Assert.Equal(Segment, Assert.Single(upkeep.Run("web1", _ => true, default).Failures).Path);
        Assert.Single(upkeep.Run("web1", _ => true, default).Deleted);
        Assert.Empty(disk.Names("web1"));
    }

    [Theory]
    [EachDisk]
    public void All_directories_are_found(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put("a.log", "a");
        disk.Put("web1/2026/b.log", "b");
        disk.Put("web2/c.log", "c");
        Assert.Equal(["", "web2", "web1", "web1/2026"], SegmentUpkeep.Directories(disk.Store));
    }

    internal static string Unzip(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var text = new MemoryStream();
        gzip.CopyTo(text);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Either(Disk disk) =>
        disk.Store.Status(Segment) is null ? Unzip(disk.Bytes(Segment + ".gz")) : disk.Text(Segment);

    private static SegmentUpkeep Upkeep(Disk disk, RetentionSettings retention, DateTimeOffset now) =>
        new(disk.Store, compress: true, retention, new ManualTime(now));
}
