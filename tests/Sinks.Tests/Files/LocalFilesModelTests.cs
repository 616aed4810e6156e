using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using CsCheck;
using static ActorLog.Sinks.Tests.Files.LocalFilesTests;

namespace ActorLog.Sinks.Tests.Files;

public class LocalFilesModelTests
{
    /// <summary>Random writes, faults and turns: each file's segments and itself hold exactly the lines of writes that succeeded.</summary>
    [Fact]
    public void Whatever_fails_each_line_of_a_successful_write_stands_once()
    {
        StoreOperation[] operations =
        [
            StoreOperation.Append, StoreOperation.Create, StoreOperation.Rename, StoreOperation.Truncate,
            StoreOperation.Open, StoreOperation.Status,
        ];
        var anyOperation = Gen.Int[0, operations.Length - 1].Select(i => operations[i]);
        var step = Gen.Select(Gen.Int[0, 3], anyOperation, Gen.Int[1, 4], Gen.Int[0, 30]);
        Gen.Select(step.Array[1, 40], Gen.Int[1, 4]).Sample(
            (steps, openFilesMax) =>
            {
                var time = new ManualTime(Batches.Start);
                using var disk = Disk.Open("memory", time);
                using var files = new LocalFiles(
                    disk.Store,
                    new RotationSettings(100, RotationPeriod.Hour, false),
                    LineGroupsTests.Groups("{host}.log"),
                    time,
                    new LocalFilesEvents(_ => { }, (_, _) => { }),
                    openFilesMax);
                var expected = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
                for (var i = 0; i < steps.Length; i++)
                {
                    var (action, operation, nth, bytes) = steps[i];
                    if (action == 0)
                    {
                        disk.Store.Fail(operation, nth, times: nth, bytesFirst: bytes);
                    }

                    time.Advance(TimeSpan.FromMinutes(bytes));
                    var hosts = new[] { "a", "b", "c" }[..((i % 3) + 1)];
                    try
                    {
                        Write(files, [.. hosts.Select(host => (host, $"{i}"))]);
                        foreach (var host in hosts)
                        {
                            expected.TryAdd(host, new StringBuilder());
                            expected[host].Append(Lines(host, i));
                        }
                    }
                    catch (StorageException)
                    {
                        // The model holds successful writes only.
                    }
                }

                disk.Store.Heal();
                // One more write to each, so that nothing is left to be taken back.
                Write(files, ("a", "9"), ("b", "9"), ("c", "9"));
                foreach (var host in new[] { "a", "b", "c" })
                {
                    var before = expected.TryGetValue(host, out var lines) ? lines.ToString() : "";
                    Assert.Equal(before + Lines(host, 9), AllOf(disk, host));
                }
            },
            iter: 500);
    }

    private static string AllOf(Disk disk, string host) => string.Concat(disk.Names()
        .Where(name => SegmentName.TryParse(name, out var segment) && segment.BaseName == host + ".log")
        .OrderBy(name => SegmentName.TryParse(name, out var segment) ? segment.Number : 0)
        .Append(host + ".log")
        .Select(disk.Text));
}
