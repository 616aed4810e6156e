using System.Runtime.InteropServices;
using ActorLog.Node.Hosting;

namespace ActorLog.Node.Tests.Hosting;

public sealed unsafe partial class LibraryPagesTests : IDisposable
{
    private const int Pages = 16;
    private const int ProtRead = 1;
    private const int ProtReadWrite = 3;
    private const int MapShared = 1;
    private const int MapPrivate = 2;
    private static readonly int Length = Pages * Environment.SystemPageSize;
    private static readonly byte[] Content = [.. Enumerable.Range(0, Length).Select(static i => (byte)(i * 7))];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("library-pages");
    private readonly List<nint> _mapped = [];

    public void Dispose()
    {
        Assert.All(_mapped, static at => Assert.Equal(0, Unmap(at, Length)));
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("some.dll", MapPrivate)]
    [InlineData("some.dll", MapShared)]
    [InlineData("libsome.so", MapPrivate)]
    [InlineData("libsome.so.1.2", MapPrivate)]
    public void What_was_found_twice_is_unmapped_and_reads_as_before(string name, int flags)
    {
        var library = Map(name, flags);
        Assert.Equal(Length, ResidentOf(library));

        var seen = LibraryPages.Find();
        Assert.Contains(Of(library), seen);
        LibraryPages.GiveBack(seen);
        Assert.Equal(0, ResidentOf(library));
        Assert.Equal(Content, Bytes(library).ToArray());
    }

    [Fact]
    public void What_was_not_there_before_stays()
    {
        var seen = LibraryPages.Find();
        var library = Map("late.so");
        LibraryPages.GiveBack(seen);
        Assert.Equal(Length, ResidentOf(library));
    }

    [Fact]
    public void What_was_written_to_stays_as_it_was_written()
    {
        var library = Map("relocated.so");
        Assert.Equal(0, Protect(library, Length, ProtReadWrite));
        Bytes(library)[5] = 42;
        Assert.Equal(0, Protect(library, Length, ProtRead));

        var seen = LibraryPages.Find();
        Assert.DoesNotContain(Of(library), seen);
        LibraryPages.GiveBack(seen);
        Assert.Equal(42, Bytes(library)[5]);
        Assert.Equal(Length, ResidentOf(library));
    }

    [Fact]
    public void What_can_be_written_to_and_what_is_no_library_is_not_found()
    {
        var writable = Map("writable.so");
        Assert.Equal(0, Protect(writable, Length, ProtReadWrite));
        var found = LibraryPages.Find();
        Assert.DoesNotContain(Of(writable), found);
        Assert.DoesNotContain(Of(Map("some.log")), LibraryPages.Find());
    }

    [Fact]
    public void A_process_goes_on_without_its_libraries_pages()
    {
        var before = ProcStatus.Bytes("RssFile");
        LibraryPages.GiveBack(LibraryPages.Find());
        Assert.True(ProcStatus.Bytes("RssFile") < before, $"{before} before, {ProcStatus.Bytes("RssFile")} after");
    }

    private nint Map(string name, int flags = MapPrivate)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, Content);
        using var file = File.OpenHandle(path);
        var at = MapFile(0, Length, ProtRead, flags, (int)file.DangerousGetHandle(), 0);
        Assert.NotEqual(-1, at);
        _mapped.Add(at);
        Assert.Equal(Content, Bytes(at).ToArray());
        return at;
    }

    private static LibraryPages.Mapping Of(nint at) => new((nuint)at, (nuint)(at + Length));

    private static Span<byte> Bytes(nint at) => new((void*)at, Length);

    private static int ResidentOf(nint at)
    {
        var lines = File.ReadAllLines("/proc/self/smaps").SkipWhile(line => !line.StartsWith($"{at:x}-", StringComparison.Ordinal));
        var line = lines.First(static line => line.StartsWith("Rss:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MapFile(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint length);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int protection);
}
