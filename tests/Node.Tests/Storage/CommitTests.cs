using System.Buffers.Binary;
using ActorLog.Node.Hosting;
using ActorLog.Node.Spooling;
using ActorLog.Node.Storage;
using Akka.Actor;
using Akka.Persistence;
using Microsoft.Data.Sqlite;

namespace ActorLog.Node.Tests.Storage;

/// <summary>What the commits of a journal on SQLite cost.</summary>
public sealed class CommitTests : IDisposable
{
    private const int Writers = 50;
    private const int Events = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task EventsThatComeDuringACommitShareTheNext()
    {
        var file = SqliteFile.Prepare(Path.Combine(_folder, "spool.db"));
        using (var keepsTheLog = file.Open())
        {
            var settings = TestNode.Read(_folder);
            var system = ActorSystem.Create(
                "commits", BootstrapSetup.Create().WithConfig(AkkaConfig.Of(settings)).And(PersistencePlugins.Bind(file, null)));
            try
            {
                var writers = Enumerable.Range(0, Writers).Select(i => system.ActorOf(Props.Create(() => new Writer($"writer-{i}")))).ToArray();
                for (var i = 0; i < Events; i++)
                {
                    await Task.WhenAll(writers.Select(static writer => writer.Ask<bool>(new SpooledBlock(new byte[100]), NodeHost.Patience)));
                }
            }
            finally
            {
                await system.Terminate();
            }

            // One each without it.
            Assert.InRange(Commits(file.Path + "-wal"), 1, Writers * Events / 3);
        }
    }

    private static int Commits(string log)
    {
        const int FrameBytes = 24;
        using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var commits = 0;
        var size = new byte[4];
        foreach (var (_, page) in WalFile.Read(log).Frames)
        {
            // The last frame of a commit says how large the database is.
            file.Position = page - FrameBytes + 4;
            file.ReadExactly(size);
            commits += BinaryPrimitives.ReadUInt32BigEndian(size) > 0 ? 1 : 0;
        }

        return commits;
    }

    /// <summary>Persists what it is sent, and says when that is durable.</summary>
    private sealed class Writer : ReceivePersistentActor
    {
        public Writer(string id)
        {
            PersistenceId = id;
            JournalPluginId = PersistencePlugins.SpoolJournal;
            SnapshotPluginId = "akka.persistence.no-snapshot-store";
            CommandAny(message =>
            {
                var asker = Sender;
                PersistAsync(message, _ => asker.Tell(true));
            });
        }

        public override string PersistenceId { get; }

        public override Recovery Recovery => Recovery.None;
    }
}
