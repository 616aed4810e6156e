using System.Runtime.Versioning;
using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Tests.Storage;

public sealed class SystemStoreTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("outside-").FullName;
    private readonly Disk _disk = Disk.Open("directory");

    public void Dispose()
    {
        _disk.Dispose();
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public void The_root_id_stays_and_differs_between_roots()
    {
        var id = _disk.Store.RootId;
        _disk.Crash();
        Assert.Equal(id, _disk.Store.RootId);
        using var other = SystemStore.Open(Path.Combine(_outside, "new", "root"));
        Assert.NotEqual(id, other.RootId);
    }

    [Fact]
    public void A_root_is_open_once()
    {
        var refused = Assert.Throws<StorageException>(() => SystemStore.Open(_disk.Root));
        Assert.Equal("lock", refused.Operation);
        Assert.Contains("another process holds this data root", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_that_is_open_can_be_read_by_another()
    {
        _disk.Put("a/x.log", "lines");
        using var reading = SystemStore.OpenToRead(_disk.Root);
        Assert.Equal(_disk.Store.RootId, reading.RootId);
        using var file = reading.TryOpen("a/x.log", readOnly: true)!;
        var bytes = new byte[10];
        Assert.Equal("lines"u8, bytes.AsSpan(0, file.ReadAt(0, bytes)));
    }

    [Fact]
    public void What_is_no_root_is_not_made_one_by_reading()
    {
        Assert.Throws<StorageException>(() => SystemStore.OpenToRead(Path.Combine(_outside, "missing")));
        Assert.Throws<StorageException>(() => SystemStore.OpenToRead(_outside));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_outside));
    }

    [Fact]
    public void A_root_id_that_is_none_is_refused_and_left_alone()
    {
        var path = Path.Combine(_outside, SystemStore.RootIdName);
        File.WriteAllText(path, "not an id");
        Assert.Throws<StorageException>(() => SystemStore.Open(_outside));
        Assert.Equal("not an id", File.ReadAllText(path));
    }

    [Fact]
    public void A_relative_root_is_refused() => Assert.Throws<ArgumentException>(() => SystemStore.Open("logs"));

    [Fact]
    public void A_link_at_the_path_is_never_followed()
    {
        var target = Path.Combine(_outside, "target");
        File.WriteAllText(target, "outside");
        File.CreateSymbolicLink(Path.Combine(_disk.Root, "link"), target);
        File.CreateSymbolicLink(Path.Combine(_disk.Root, "dangling"), Path.Combine(_outside, "new"));

        Assert.Equal("ELOOP", Assert.Throws<StorageException>(() => _disk.Store.TryOpen("link")).Error);
        Assert.Null(_disk.Store.TryCreate("link"));
        Assert.Null(_disk.Store.TryCreate("dangling"));
        Assert.Equal(FileKind.Other, _disk.Store.Status("link")!.Value.Kind);
        Assert.True(_disk.Store.Delete("link"));
        Assert.Equal("outside", File.ReadAllText(target));
        Assert.Single(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public void A_link_on_the_way_is_never_followed()
    {
        Directory.CreateSymbolicLink(Path.Combine(_disk.Root, "web1"), _outside);
        Assert.Throws<StorageException>(() => _disk.Store.TryCreate("web1/a.log"));
        Assert.Throws<StorageException>(() => _disk.Store.List("web1"));
        _disk.Put("a.log", "a");
        Assert.Throws<StorageException>(() => _disk.Store.Rename("a.log", "web1/a.log"));
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Fact]
    public void A_directory_at_the_path_is_refused()
    {
        _disk.Put("web1/a.log", "a");
        Assert.Throws<StorageException>(() => _disk.Store.TryOpen("web1"));
        Assert.Throws<StorageException>(() => _disk.Store.Delete("web1"));
        Assert.Throws<StorageException>(() => _disk.Store.TryCreate("web1/a.log/b.log"));
    }

    [Fact]
    public void Files_and_directories_are_closed_to_others()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        _disk.Put("web1/a.log", "a");
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        const UnixFileMode tooMuch = others | UnixFileMode.GroupWrite;
        Assert.Equal(default, File.GetUnixFileMode(Path.Combine(_disk.Root, "web1", "a.log")) & (tooMuch | UnixFileMode.UserExecute));
        Assert.Equal(default, File.GetUnixFileMode(Path.Combine(_disk.Root, "web1")) & tooMuch);
    }

    [Fact]
    public void A_read_only_handle_does_not_write()
    {
        _disk.Put("a", "a");
        using var file = _disk.Store.TryOpen("a", readOnly: true)!;
        var refused = Assert.Throws<StorageException>(() => file.Append("b"u8));
        Assert.Equal(("append", "a", "EBADF"), (refused.Operation, refused.Path, refused.Error));
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void What_the_system_says_comes_back_by_name()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // The device refuses each write for want of space, and has no sync.
        using var full = new LinuxFile(
            File.OpenHandle("/dev/full", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), "full");
        Assert.Equal("ENOSPC", Assert.Throws<StorageException>(() => full.Append("x"u8)).Error);
        Assert.Equal("EINVAL", Assert.Throws<StorageException>(full.Sync).Error);
    }

    [Fact]
    public void The_portable_store_keeps_the_same_contract()
    {
        using var store = PortableStore.Open(Path.Combine(_outside, "portable"));
        using (var file = store.TryCreate("a/b.log")!)
        {
            file.Append("12345"u8);
            file.Sync();
            Assert.Throws<StorageException>(() => file.Truncate(6));
            file.Truncate(2);
            Assert.Equal(2, file.Status().Length);
        }

        Assert.Equal((2, FileKind.File), (store.Status("a/b.log")!.Value.Length, store.Status("a/b.log")!.Value.Kind));
        Assert.Null(store.TryCreate("a/b.log"));
        Assert.Null(store.TryOpen("c"));
        store.Rename("a/b.log", "a/c.log");
        store.TryCreate("a/b.log")!.Dispose();
        Assert.Equal("EEXIST", Assert.Throws<StorageException>(() => store.Rename("a/b.log", "a/c.log")).Error);
        Assert.Equal(["b.log", "c.log"], store.List("a"));
        Assert.True(store.Delete("a/b.log"));
        Assert.False(store.Delete("a/b.log"));
        Assert.Throws<StorageException>(() => PortableStore.Open(Path.Combine(_outside, "portable")));
    }
}
