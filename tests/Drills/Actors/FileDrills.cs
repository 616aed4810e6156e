using ActorLog.Protocol.Delivery;
using ActorLog.Testing;
using ActorLog.Testing.Nodes;
using ActorLog.Testing.Processes;
using Akka.Actor;

namespace ActorLog.Drills.Actors;

/// <summary>
/// File actors below their partition while the disk refuses, the journal refuses at the same time, owners are stopped by
/// force and others have their hands in the files. Design review C9 (files that are in no table), C10 (a loser's uncommitted
/// tail), H5 (a forced stop), H7 (cut only what is proven to be ours).
/// </summary>
public sealed class FileDrills
{
    private static readonly string Id = $"partition-{PartitionHost.Partition}";

    [Theory]
    [InlineData(StoreOperation.Append)]
    [InlineData(StoreOperation.Sync)]
    [InlineData(StoreOperation.Create)]
    [InlineData(StoreOperation.SyncDirectory)]
    [InlineData(StoreOperation.Truncate)]
    public async Task A_disk_and_a_journal_that_fail_together_lose_no_line_and_double_none(StoreOperation operation)
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        host.Fault(faults =>
        {
            faults.Fail(StoreOperation.Append, 2, "ENOSPC", 2, bytesFirst: 3);
            faults.Fail(operation, 1, "EIO", 3, bytesFirst: 3);
        });
        host.Node.Journal.Arm(JournalFaultKind.CommitThenFail, Id, typeof(PartStored));
        host.Node.Journal.Arm(JournalFaultKind.Fail, Id, typeof(Checkpointed));
        await AssertAllStandOnceAsync(host, "one", "two", "three", "four");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_over_a_torn_line_the_next_owner_cuts_it_and_writes_it_whole(bool isAnotherProcess)
    {
        await using var host = new PartitionHost();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        host.Fault(static faults => faults.Fail(StoreOperation.Append, 1, "ENOSPC", int.MaxValue, bytesFirst: 5));
        await host.StoreAsync("two");
        await NodeHost.Until(() => host.Lines().Count == 2, "the torn line stands");
        if (isAnotherProcess)
        {
            await host.RestartAsync(() => host.Fault(static faults => faults.Heal()));
        }
        else
        {
            Assert.True(await host.Entity.GracefulStop(NodeHost.Patience));
            host.Fault(static faults => faults.Heal());
            await host.UseShardAsync();
        }

        await AssertAllStandOnceAsync(host, ["one", "two"], "three");
    }

    [Theory]
    [InlineData(ForeignHand.Moves, false, "one")]
    [InlineData(ForeignHand.Moves, true, "one")]
    [InlineData(ForeignHand.Truncates, false)]
    [InlineData(ForeignHand.Truncates, true)]
    [InlineData(ForeignHand.Deletes, true)]
    public async Task What_others_do_to_a_file_costs_no_line_but_what_they_took(
        ForeignHand hand, bool hasRestart, params string[] elsewhere)
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        await host.StoreAsync("one");
        await host.UntilJournaled("checkpointed");
        // Two stands in the file and is not committed there.
        host.Fault(static faults => faults.Fail(StoreOperation.Sync, 1, "EIO", int.MaxValue));
        await host.StoreAsync("two");
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty, "the disk has failed");
        var path = Path.Combine(host.Aggregator.Files.Directory, $"{PartitionHost.HostName}.log");
        var moved = Path.Combine(host.Aggregator.Files.Directory, "moved");
        host.Store.Do(() => Act(hand, path, moved));
        if (hasRestart)
        {
            await host.RestartAsync(() => host.Fault(static faults => faults.Heal()));
            await host.UseShardAsync();
        }

        host.Fault(static faults => faults.Heal());
        await AssertAllStandOnceAsync(host, ["two"], "three");
        var taken = File.Exists(moved) ? await File.ReadAllLinesAsync(moved) : [];
        Assert.Equal(elsewhere, taken.Select(static line => line[(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]));
    }

    // Nothing is committed of the file, so neither its end nor its folder tells which one it is.
    [Fact]
    public async Task What_was_moved_to_another_folder_before_its_first_checkpoint_keeps_no_line_that_comes_again()
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        host.Fault(static faults => faults.Fail(StoreOperation.Sync, 1, "EIO", int.MaxValue));
        await host.StoreAsync("one");
        using var elsewhere = new TempDirectory();
        var moved = elsewhere["web-1.log.1"];
        // It is cut and written again at each try.
        await NodeHost.Until(() => !host.Setup.Failures.IsEmpty && TryMove(), "a file that holds the line was moved");
        host.Fault(static faults => faults.Heal());
        await host.StoreAsync("two");
        await host.UntilLines("one", "two");
        Assert.Equal(0, new FileInfo(moved).Length);

        bool TryMove()
        {
            host.Store.Do(() =>
            {
                var path = Path.Combine(host.Aggregator.Files.Directory, $"{PartitionHost.HostName}.log");
                if (new FileInfo(path) is { Exists: true, Length: > 0 })
                {
                    File.Move(path, moved);
                }
            });
            return File.Exists(moved);
        }
    }

    [Fact]
    public async Task A_file_of_another_program_at_the_path_keeps_its_bytes_through_all_that_fails()
    {
        await using var host = new PartitionHost();
        await host.UseShardAsync();
        await File.WriteAllTextAsync(
            Path.Combine(host.Aggregator.Files.Directory, $"{PartitionHost.HostName}.log"), "theirs: precious\n");
        host.Fault(static faults => faults.Fail(StoreOperation.Append, 2, "EIO", 2, bytesFirst: 7));
        host.Node.Journal.Arm(JournalFaultKind.CommitThenFail, Id, typeof(FileOpened));
        await AssertAllStandOnceAsync(host, ["precious"], "one", "two");
    }

    private static void Act(ForeignHand hand, string path, string moved)
    {
        switch (hand)
        {
            case ForeignHand.Moves:
                File.Move(path, moved);
                break;
            case ForeignHand.Truncates:
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
                {
                    file.SetLength(0);
                }

                break;
            case ForeignHand.Deletes:
                File.Delete(path);
                break;
        }
    }

    private static Task AssertAllStandOnceAsync(PartitionHost host, params string[] texts) => AssertAllStandOnceAsync(host, [], texts);

    // The last line is written behind all others, so nothing of them is still to come or to be cut.
    private static async Task AssertAllStandOnceAsync(PartitionHost host, string[] before, params string[] texts)
    {
        string[] all = [.. texts, "last"];
        foreach (var text in all)
        {
            await host.StoreAsync(text);
        }

        await host.UntilWritten("last");
        Assert.Equal([.. before, .. all], host.Lines());
        await host.RestartAsync();
        await host.UseShardAsync();
        await host.StoreAsync("anew");
        await host.UntilWritten("anew");
        Assert.Equal([.. before, .. all, "anew"], host.Lines());
    }

    /// <summary>What someone else does to a file.</summary>
    public enum ForeignHand
    {
        /// <summary>As logrotate does.</summary>
        Moves,
        /// <summary>As copytruncate does.</summary>
        Truncates,
        /// <summary>As a cleaner does.</summary>
        Deletes,
    }
}
