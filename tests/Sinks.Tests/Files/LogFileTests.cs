using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;

namespace ActorLog.Sinks.Tests.Files;

public class LogFileTests
{
    private const string Path = "web1/app.log";
    private const string Final = "web1/app.log-20261123T055000Z-00000001";

    [Theory]
    [EachDisk]
    public void A_new_file_survives_a_crash_and_what_was_not_synced_is_cut(string kind)
    {
        using var disk = Disk.Open(kind);
        CommittedFile committed;
        using (var file = LogFile.Create(disk.Store, Path))
        {
            Assert.Equal(0, file.BaseLength);
            file.Append("one\n"u8);
            file.Sync();
            committed = file.ToCommitted();
            Assert.Equal((4, 4), (file.Length, file.SyncedLength));
            file.Append("two\nthr"u8);
        }

        disk.Crash(torn: unsynced => unsynced - 2);
        var recovery = LogFile.Recover(disk.Store, Path, committed);
        using (recovery.File)
        {
            Assert.Equal(RecoveryOutcome.Recovered, recovery.Outcome);
            Assert.Equal(disk.Memory is null ? 11 : 9, recovery.FoundLength);
            Assert.Equal("one\n", disk.Text(Path));
            recovery.File!.Append("two\n"u8);
            recovery.File.Sync();
            Assert.Equal("one\ntwo\n", disk.Text(Path));
        }
    }

    [Theory]
    [EachDisk]
    public void A_file_that_stands_there_is_kept_as_the_base(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put(Path, "foreign, without an end");
        using var file = LogFile.Create(disk.Store, Path);
        Assert.Equal(24, file.BaseLength);
        file.Append("ours\n"u8);
        Assert.Equal("foreign, without an end\nours\n", disk.Text(Path));
    }

    [Theory]
    [EachDisk]
    public void What_is_not_the_committed_file_is_left_alone(string kind)
    {
        using var disk = Disk.Open(kind);
        CommittedFile committed;
        using (var file = LogFile.Create(disk.Store, Path))
        {
            file.Append("0123456789\n"u8);
            file.Sync();
            committed = file.ToCommitted();
        }

        disk.Store.Rename(Path, "web1/moved");
        Assert.Equal(RecoveryOutcome.Missing, Recover(RecoveryOutcome.Missing));
        Assert.Equal("web1/moved", LogFile.Find(disk.Store, "web1", committed.Inode));
        Assert.Null(LogFile.Find(disk.Store, "", committed.Inode));

        disk.Put(Path, "another file, which is longer than the committed one\n");
        Recover(RecoveryOutcome.Foreign);
        Assert.StartsWith("another file", disk.Text(Path), StringComparison.Ordinal);

        disk.Store.Delete(Path);
        disk.Store.Rename("web1/moved", Path);
        disk.Cut(Path, 5);
        Recover(RecoveryOutcome.Shorter);
        Assert.Equal("01234", disk.Text(Path));

        disk.Put(Path, "56x89\nmore\n");
        Recover(RecoveryOutcome.Damaged);
        Assert.Equal("0123456x89\nmore\n"[..5], disk.Text(Path)[..5]);

        disk.Cut(Path, 5);
        disk.Put(Path, "56789\nmore\n");
        Recover(RecoveryOutcome.Recovered);
        Assert.Equal("0123456789\n", disk.Text(Path));

        RecoveryOutcome Recover(RecoveryOutcome expected)
        {
            var recovery = LogFile.Recover(disk.Store, Path, committed);
            Assert.Equal(expected, recovery.Outcome);
            Assert.Equal(expected == RecoveryOutcome.Recovered, recovery.File is not null);
            recovery.File?.Dispose();
            return recovery.Outcome;
        }
    }

    [Theory]
    [EachDisk]
    public void Without_a_checksum_inode_and_length_decide(string kind)
    {
        using var disk = Disk.Open(kind);
        CommittedFile opened;
        using (var file = LogFile.Create(disk.Store, Path))
        {
            opened = file.ToCommitted() with { TailChecksum = null };
            file.Append("one\n"u8);
        }

        using var recovered = LogFile.Recover(disk.Store, Path, opened).File!;
        Assert.Equal("", disk.Text(Path));
        Assert.Equal(RecoveryOutcome.Foreign, LogFile.Recover(disk.Store, Path, opened with { Inode = opened.Inode + 1 }).Outcome);
        Assert.Equal(RecoveryOutcome.Shorter, LogFile.Recover(disk.Store, Path, opened with { Length = 1 }).Outcome);
    }

    [Theory]
    [EachDisk(StoreOperation.Append, 0)]
    [EachDisk(StoreOperation.Append, 7)]
    [EachDisk(StoreOperation.Sync, 0)]
    public void After_a_failed_append_or_sync_nothing_more_is_written_with_the_handle(string kind, StoreOperation operation, int bytesFirst)
    {
        using var disk = Disk.Open(kind);
        using var file = LogFile.Create(disk.Store, Path);
        file.Append("kept\n"u8);
        file.Sync();
        var committed = file.ToCommitted();
        disk.Store.Fail(operation, error: "ENOSPC", bytesFirst: bytesFirst);
        var failure = Assert.Throws<StorageException>(() =>
        {
            file.Append("a longer line\n"u8);
            file.Sync();
        });
        Assert.Equal(("ENOSPC", Path), (failure.Error, failure.Path));
        Assert.True(file.IsClosed);
        Assert.Throws<InvalidOperationException>(() => file.Append("x"u8));
        Assert.Throws<InvalidOperationException>(file.Sync);

        using var again = LogFile.Recover(disk.Store, Path, committed).File!;
        again.Append("a longer line\n"u8);
        again.Sync();
        Assert.Equal("kept\na longer line\n", disk.Text(Path));
    }

    [Theory]
    [EachDisk(StoreOperation.Create)]
    [EachDisk(StoreOperation.Open)]
    [EachDisk(StoreOperation.SyncDirectory)]
    public void A_failed_create_leaves_no_handle(string kind, StoreOperation operation)
    {
        using var disk = Disk.Open(kind);
        disk.Store.Fail(operation);
        Assert.Throws<StorageException>(() => LogFile.Create(disk.Store, Path));
        Assert.Equal(0, disk.Memory?.OpenHandles ?? 0);
        using var file = LogFile.Create(disk.Store, Path);
        Assert.Equal(0, file.Length);
    }

    [Theory]
    [EachDisk]
    public void Foreign_hands_are_noticed(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = LogFile.Create(disk.Store, Path);
        file.Append("line\n"u8);
        Assert.Equal(Interference.None, file.FindInterference());
        disk.Cut(Path, 0);
        Assert.Equal(Interference.Truncated, file.FindInterference());
        disk.Put(Path, "line\nline\n");
        Assert.Equal(Interference.Extended, file.FindInterference());
        disk.Cut(Path, 5);
        disk.Store.Rename(Path, "web1/app.log.1");
        Assert.Equal(Interference.Gone, file.FindInterference());
        disk.Put(Path, "");
        Assert.Equal(Interference.Replaced, file.FindInterference());
        disk.Store.Delete("web1/app.log.1");
        Assert.Equal(Interference.Replaced, file.FindInterference());
    }

    [Fact]
    public void A_cut_at_recovery_survives_a_power_loss_behind_it()
    {
        using var disk = Disk.Open("memory");
        CommittedFile committed;
        using (var file = LogFile.Create(disk.Store, Path))
        {
            file.Append("one\n"u8);
            file.Sync();
            committed = file.ToCommitted();
            file.Append("two\nthr"u8);
            file.Sync();
        }

        LogFile.Recover(disk.Store, Path, committed).File!.Dispose();
        disk.Crash();
        Assert.Equal("one\n", disk.Text(Path));
    }

    [Theory]
    [EachDisk]
    public void A_file_that_was_moved_before_its_first_checkpoint_is_cut_by_who_has_it_open(string kind)
    {
        using var disk = Disk.Open(kind);
        using var held = new HeldFiles();
        disk.Put(Path, "base\n");
        var file = LogFile.Create(disk.Store, Path);
        var committed = new CommittedFile(file.Identity.Inode, file.BaseLength, null);
        file.Append("synced\n"u8);
        file.Sync();
        file.Append("ours\n"u8);
        held.Hold(7, file);
        // Another folder, where nobody would look for it.
        disk.Store.Rename(Path, "elsewhere/app.log.1");
        Assert.False(LogFile.CutMoved(disk.Store, Path, committed, null));
        Assert.True(LogFile.CutMoved(disk.Store, Path, committed, held.Find(7, committed.Inode)));
        Assert.Equal("base\n", disk.Text("elsewhere/app.log.1"));
        Assert.Null(held.Find(7, committed.Inode + 1));
        held.Release(8);
        Assert.True(file.HasHandle);
        held.Release(7);
        Assert.False(file.HasHandle);
        Assert.Empty(held.Paths);
    }

    [Fact]
    public void A_file_that_nothing_proves_yet_and_whose_cut_could_not_be_synced_is_synced_at_the_next_try()
    {
        var memory = new MemoryStore();
        var faults = new FaultyStore(memory);
        var file = LogFile.Create(faults, Path);
        var committed = new CommittedFile(file.Identity.Inode, 0, null);
        file.Append("one\n"u8);
        file.Sync();
        file.Dispose();
        faults.Fail(StoreOperation.Sync, 1, "EIO");
        Assert.Throws<StorageException>(() => LogFile.Recover(faults, Path, committed));
        LogFile.Recover(faults, Path, committed).File!.Dispose();
        memory.Crash(static _ => 0, keepEntries: true);
        Assert.Equal(0, memory.Status(Path)!.Value.Length);
    }

    [Fact]
    public void A_file_that_nothing_proves_yet_has_its_name_for_good_when_it_is_recovered()
    {
        var memory = new MemoryStore();
        var faults = new FaultyStore(memory);
        faults.Fail(StoreOperation.SyncDirectory, 1, "EIO");
        Assert.Throws<StorageException>(() => LogFile.Create(faults, Path));
        // The journal's table names the inode: that of a file that was deleted by someone, and this one has it now.
        var committed = new CommittedFile(memory.Status(Path)!.Value.Identity.Inode, 0, null);
        using var file = LogFile.Recover(faults, Path, committed).File!;
        file.Append("one\n"u8);
        file.Sync();
        memory.Crash(static _ => 0);
        Assert.Equal(4, memory.Status(Path)?.Length);
    }

    [Theory]
    [InlineData("theirs\n", "theirs\n")]
    [InlineData("theirs", "theirs\n")]
    public void What_someone_else_left_unsynced_where_a_segment_begins_is_durable_before_it_counts(string left, string wanted)
    {
        using var disk = Disk.Open("memory");
        using (var theirs = disk.Store.TryCreate(Path)!)
        {
            theirs.Append(System.Text.Encoding.ASCII.GetBytes(left));
        }

        using (var file = LogFile.Create(disk.Store, Path))
        {
            Assert.Equal(wanted.Length, file.BaseLength);
        }

        disk.Crash();
        Assert.Equal(wanted, disk.Text(Path));
    }

    [Fact]
    public void An_empty_commitment_proves_no_moved_file()
    {
        using var disk = Disk.Open("memory");
        CommittedFile empty;
        using (var file = LogFile.Create(disk.Store, Path))
        {
            empty = file.ToCommitted();
            file.Append("someone else's by now\n"u8);
        }

        disk.Store.Rename(Path, "web1/app.log.1");
        Assert.False(LogFile.CutMoved(disk.Store, Path, empty, null));
        Assert.Equal("someone else's by now\n", disk.Text("web1/app.log.1"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_moved_file_whose_cut_could_not_be_synced_is_synced_at_the_next_try(bool isHeld)
    {
        var memory = new MemoryStore();
        var faults = new FaultyStore(memory);
        using var file = LogFile.Create(faults, Path);
        file.Append("one\n"u8);
        file.Sync();
        var committed = file.ToCommitted();
        file.Append("two\n"u8);
        file.Sync();
        memory.Rename(Path, Path + ".1");
        memory.SyncDirectory(StorePath.DirectoryOf(Path));
        var held = isHeld ? file : null;
        faults.Fail(StoreOperation.Sync, 1, "EIO");
        Assert.Throws<StorageException>(() => LogFile.CutMoved(faults, Path, committed, held));
        Assert.True(LogFile.CutMoved(faults, Path, committed, held));
        memory.Crash(static _ => 0, keepEntries: true);
        Assert.Equal(committed.Length, memory.Status(Path + ".1")!.Value.Length);
    }

    [Theory]
    [EachDisk]
    public void A_held_file_that_is_not_what_was_committed_is_left_as_it_is(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = LogFile.Create(disk.Store, Path);
        file.Append("one\ntwo\n"u8);
        file.Sync();
        disk.Store.Rename(Path, "web1/app.log.1");
        Assert.False(LogFile.CutMoved(disk.Store, Path, file.ToCommitted() with { Length = 4 }, file));
        Assert.False(LogFile.CutMoved(disk.Store, Path, file.ToCommitted() with { Length = 9, TailChecksum = null }, file));
        Assert.Equal("one\ntwo\n", disk.Text("web1/app.log.1"));
    }

    [Fact]
    public void A_file_whose_sync_has_failed_takes_nothing_more_and_can_still_be_cut()
    {
        var memory = new MemoryStore();
        var faults = new FaultyStore(memory);
        using var file = LogFile.Create(faults, Path);
        file.Append("one\n"u8);
        faults.Fail(StoreOperation.Sync, 1, "EIO");
        Assert.Throws<StorageException>(file.Sync);
        Assert.True(file.IsClosed);
        Assert.Throws<InvalidOperationException>(() => file.Append("two\n"u8));
        Assert.Equal(RecoveryOutcome.Recovered, file.CutTo(new CommittedFile(file.Identity.Inode, 0, null)));
        Assert.Equal(0, memory.Status(Path)!.Value.Length);
    }

    [Theory]
    [EachDisk]
    public void A_seal_is_completed_from_every_step_and_never_replaces(string kind)
    {
        for (var steps = 0; ; steps++)
        {
            using var disk = Disk.Open(kind);
            var file = LogFile.Create(disk.Store, Path);
            file.Append("line\n"u8);
            file.Sync();
            disk.Store.DieAfter(steps);
            try
            {
                Assert.Equal(SealOutcome.Sealed, file.Seal(Final));
                Assert.Equal(2, steps);
                disk.Crash();
                Assert.Equal("line\n", disk.Text(Final));
                break;
            }
            catch (StorageException)
            {
                disk.Crash();
                Assert.Equal(SealOutcome.Sealed, LogFile.Seal(disk.Store, Path, Final, file.ToCommitted()));
            }

            disk.Crash();
            Assert.Equal("line\n", disk.Text(Final));
            Assert.Equal(SealOutcome.Sealed, LogFile.Seal(disk.Store, Path, Final, file.ToCommitted()));
            Assert.Equal(["app.log-20261123T055000Z-00000001"], disk.Names("web1"));
            Assert.Equal("line\n", disk.Text(Final));
        }
    }

    [Theory]
    [EachDisk]
    public void A_seal_renames_no_file_but_its_own_and_over_none(string kind)
    {
        using var disk = Disk.Open(kind);
        var file = LogFile.Create(disk.Store, Path);
        disk.Store.Rename(Path, "web1/moved");
        disk.Put(Path, "foreign");
        Assert.Equal(SealOutcome.Missing, file.Seal(Final));
        Assert.Equal(["app.log", "moved"], disk.Names("web1"));

        var other = LogFile.Create(disk.Store, "web1/other.log");
        Assert.Equal("EEXIST", Assert.Throws<StorageException>(() => other.Seal("web1/moved")).Error);
        Assert.Equal("foreign", disk.Text(Path));
    }

    [Theory]
    [EachDisk]
    public void An_intent_to_seal_renames_no_new_file_that_got_the_inode_of_the_sealed_one(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = LogFile.Create(disk.Store, Path);
        file.Append("a new segment\n"u8);
        var compressedAndGone = new CommittedFile(file.Identity.Inode, 5, 4711);
        Assert.Equal(SealOutcome.Missing, LogFile.Seal(disk.Store, Path, Final, compressedAndGone));
        Assert.Equal(["app.log"], disk.Names("web1"));
    }

    [Fact]
    public void An_end_of_line_that_could_not_be_synced_is_not_believed_at_the_next_try()
    {
        using var disk = Disk.Open("memory");
        disk.Put(Path, "foreign");
        disk.Store.Fail(StoreOperation.Sync);
        Assert.Throws<StorageException>(() => LogFile.Create(disk.Store, Path));
        Assert.Equal("foreign", disk.Text(Path));
        using var file = LogFile.Create(disk.Store, Path);
        Assert.Equal("foreign\n", disk.Text(Path));
    }
}
