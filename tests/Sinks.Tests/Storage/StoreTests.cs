using ActorLog.Sinks.Storage;
using ActorLog.Testing;

namespace ActorLog.Sinks.Tests.Storage;

public class StoreTests
{
    [Theory]
    [EachDisk]
    public void What_is_appended_is_read_back(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = disk.Store.TryCreate("a/b/c.log")!;
        file.Append("one\n"u8);
        file.Append("two\n"u8);
        file.Sync();
        disk.Store.SyncDirectory("a/b");

        Span<byte> read = stackalloc byte[16];
        Assert.Equal(5, file.ReadAt(3, read));
        Assert.Equal("\ntwo\n"u8, read[..5]);
        Assert.Equal(8, file.Status().Length);
        Assert.Equal(file.Status().Identity, disk.Store.Status("a/b/c.log")!.Value.Identity);
        Assert.Equal(FileKind.Directory, disk.Store.Status("a/b")!.Value.Kind);
        Assert.Equal(["c.log"], disk.Names("a/b"));
        Assert.Equal(["a"], disk.Names());
    }

    [Theory]
    [EachDisk]
    public void What_is_not_there_is_an_answer_and_no_failure(string kind)
    {
        using var disk = Disk.Open(kind);
        Assert.Null(disk.Store.TryOpen("no"));
        Assert.Null(disk.Store.TryOpen("no/way"));
        Assert.Null(disk.Store.Status("no/way"));
        Assert.False(disk.Store.Delete("no/way"));
        Assert.Empty(disk.Store.List("no"));
    }

    [Theory]
    [EachDisk]
    public void A_create_and_a_rename_never_replace(string kind)
    {
        using var disk = Disk.Open(kind);
        disk.Put("a", "a");
        disk.Put("b", "b");
        Assert.Null(disk.Store.TryCreate("a"));
        Assert.Equal("EEXIST", Assert.Throws<StorageException>(() => disk.Store.Rename("a", "b")).Error);
        Assert.Equal("ENOENT", Assert.Throws<StorageException>(() => disk.Store.Rename("c", "d")).Error);
        disk.Store.Rename("a", "c");
        Assert.Equal("a", disk.Text("c"));
        Assert.Equal("b", disk.Text("b"));
    }

    [Theory]
    [EachDisk]
    public void A_cut_never_extends(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = disk.Store.TryCreate("a")!;
        file.Append("12345"u8);
        Assert.Equal("EINVAL", Assert.Throws<StorageException>(() => file.Truncate(6)).Error);
        file.Truncate(2);
        Assert.Equal("12", disk.Text("a"));
    }

    [Theory]
    [EachDisk]
    public void An_append_follows_the_real_end_after_a_foreign_cut(string kind)
    {
        using var disk = Disk.Open(kind);
        using var file = disk.Store.TryCreate("a")!;
        file.Append("12345"u8);
        disk.Cut("a", 0);
        file.Append("67"u8);
        Assert.Equal("67", disk.Text("a"));
    }

    [Theory]
    [EachDisk("")]
    [EachDisk("/etc/passwd")]
    [EachDisk("..")]
    [EachDisk(".")]
    [EachDisk("../x")]
    [EachDisk("a/../../x")]
    [EachDisk("a//x")]
    [EachDisk("a/")]
    [EachDisk("a/./x")]
    [EachDisk("a\0b")]
    public void A_path_that_is_none_below_the_root_is_refused(string kind, string path)
    {
        using var disk = Disk.Open(kind);
        Assert.Throws<ArgumentException>(() => disk.Store.TryCreate(path));
        Assert.Throws<ArgumentException>(() => disk.Store.TryOpen(path));
        Assert.Throws<ArgumentException>(() => disk.Store.Status(path));
        Assert.Throws<ArgumentException>(() => disk.Store.Delete(path));
        Assert.Throws<ArgumentException>(() => disk.Store.Rename("a", path));
        Assert.Throws<ArgumentException>(() => disk.Store.Rename(path, "a"));
        Assert.Empty(disk.Names());
    }

    [Fact]
    public void A_name_is_at_most_255_bytes_not_characters()
    {
        Assert.True(StorePath.IsLegal(new string('a', 255)));
        Assert.False(StorePath.IsLegal(new string('a', 256)));
        Assert.False(StorePath.IsLegal(new string('\u20AC', 86)));
        Assert.False(StorePath.IsLegal(string.Join('/', Enumerable.Repeat(new string('a', 200), 11))));
    }

    [Fact]
    public void A_crash_of_the_memory_store_loses_what_was_not_synced()
    {
        using var store = new MemoryStore();
        using (var file = store.TryCreate("a")!)
        {
            file.Append("kept"u8);
            file.Sync();
            store.SyncDirectory("");
            file.Append("lost"u8);
            store.TryCreate("b")!.Dispose();
            store.Crash(torn: unsynced => unsynced / 2);
            Assert.Throws<StorageException>(() => file.Append("dead"u8));
        }

        Assert.Equal(["a"], store.List(""));
        Assert.Equal(6, store.Status("a")!.Value.Length);

        store.Rename("a", "c");
        store.Crash();
        Assert.Equal(["a"], store.List(""));
        store.Rename("a", "c");
        store.Crash(keepEntries: true);
        Assert.Equal(["c"], store.List(""));
    }
}
