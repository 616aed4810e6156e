using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using CsCheck;

namespace ActorLog.Sinks.Tests.Files;

public class LogFileCrashTests
{
    private const string Path = "web1/app.log";

    /// <summary>Random lives of a segment with crashes: what was committed stands, and nothing else after a recovery.</summary>
    [Fact]
    public void After_any_crash_the_file_is_the_committed_prefix()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 70_000]).Array[1, 40].Sample(
            actions =>
            {
                using var disk = Disk.Open("memory");
                var file = LogFile.Create(disk.Store, Path);
                var model = new MemoryStream();
                var committed = file.ToCommitted();
                var number = 0;
                foreach (var (action, size) in actions)
                {
                    var line = Encoding.ASCII.GetBytes($"{number++} {new string('x', size)}\n");
                    switch (action)
                    {
                        case 0 or 1:
                            file.Append(line);
                            model.Write(line);
                            continue;
                        case 2:
                            file.Sync();
                            committed = file.ToCommitted();
                            continue;
                        case 3:
                            disk.Store.Fail(StoreOperation.Append, bytesFirst: size / 2);
                            Assert.Throws<StorageException>(() => file.Append(line));
                            break;
                        case 4 when file.Length > file.SyncedLength:
                            disk.Store.Fail(StoreOperation.Sync);
                            Assert.Throws<StorageException>(file.Sync);
                            break;
                        default:
                            disk.Crash(torn: unsynced => unsynced * (size % 3) / 2);
                            break;
                    }

                    file.Dispose();
                    var recovery = LogFile.Recover(disk.Store, Path, committed);
                    Assert.Equal(RecoveryOutcome.Recovered, recovery.Outcome);
                    file = recovery.File!;
                    model.SetLength(committed.Length);
                    model.Position = committed.Length;
                    Assert.True(model.GetBuffer().AsSpan(0, (int)model.Length).SequenceEqual(disk.Bytes(Path)));
                }

                file.Dispose();
            },
            iter: 300);
    }
}
