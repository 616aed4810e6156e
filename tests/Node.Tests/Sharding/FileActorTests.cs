using System.Buffers;
using System.Text;
using ActorLog.Node.Receiving;
using ActorLog.Node.Sharding;
using ActorLog.Protocol.Delivery;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;
using ActorLog.Testing;
using Akka.Actor;
using Akka.TestKit;

namespace ActorLog.Node.Tests.Sharding;

/// <summary>One path's actor, state by state; the test is its partition.</summary>
#pragma warning disable CA1001 // xunit ends it by IAsyncLifetime.
public sealed class FileActorTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const string Path = "web-1.log";

    private readonly NodeHost _node = new();
    private FaultyStore _faults = null!;
    private SharedStore _store = null!;
    private TestProbe _partition = null!;
    private IActorRef _file = ActorRefs.Nobody;

    public Task InitializeAsync()
    {
        _faults = new FaultyStore(SystemStore.Open(_node.Settings.Aggregator.Files.Directory));
        _store = new SharedStore(_faults);
        _partition = _node.Probe();
        Begin();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _node.System.Terminate();
        _store.Dispose();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task NoByteIsWrittenBeforeTheJournalHoldsTheFile()
    {
        Append("one\n");
        Append("two\n");
        await _partition.ExpectMsgAsync<SegmentWanted>(NodeHost.Patience);
        _file.Tell(new OpenSegment(7), _partition);
        var opened = await _partition.ExpectMsgAsync<SegmentOpened>(NodeHost.Patience);
        Assert.Equal((7L, Path, 0L), (opened.FileNumber, opened.Path, opened.BaseLength));
        Append("three\n");
        // Another file's number opens nothing.
        _file.Tell(new SegmentRecorded(6), _partition);
        await _partition.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal("", Content());

        _file.Tell(new SegmentRecorded(7), _partition);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, (await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience)).Lines);
        }

        Assert.Equal("one\ntwo\nthree\n", Content());
    }

    [Fact]
    public async Task ABlockIsToldWhenTheLastOfItsFilesHasItsLines()
    {
        var block = new BlockLines(files: 2, bytes: 8, lines: 2);
        Append("one\n", block);
        _file.Tell(new CaptureSegment(1, null), _partition);
        Append("two\n", block);
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience);
        Assert.Same(block, await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience));
        Assert.Equal("one\ntwo\n", Content());
    }

    [Fact]
    public async Task ACaptureCoversJustTheLinesBeforeIt()
    {
        Append("one\n");
        _file.Tell(new CaptureSegment(1, null), _partition);
        Append("two\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        var captured = await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience);
        Assert.Equal((1L, 7L, 4L, (string?)null), (captured.Checkpoint, captured.Commit!.FileNumber, captured.Commit.Length, captured.Commit.SealedAs));
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
    }

    [Fact]
    public async Task WithoutAFileACaptureSaysSo()
    {
        _file.Tell(new CaptureSegment(3, "web-1.log-20261123T055000Z-00000003"), _partition);
        Assert.Equal(new SegmentCaptured(3, null), await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience));
        Append("one\n");
        await _partition.ExpectMsgAsync<SegmentWanted>(NodeHost.Patience);
    }

    [Fact]
    public async Task LinesBehindASealGoToTheNextSegment()
    {
        const string Final = "web-1.log-20261123T055000Z-00000003";
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        _file.Tell(new CaptureSegment(1, Final), _partition);
        Append("two\n");
        Assert.Equal(Final, (await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience)).Commit!.SealedAs);
        await _partition.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));

        _file.Tell(new SealSegment(7, Final), _partition);
        Assert.Equal(new SegmentSealed(7, Final), await _partition.ExpectMsgAsync<SegmentSealed>(NodeHost.Patience));
        await OpenAsync(8);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        Assert.Equal("two\n", Content());
        Assert.Equal("one\n", Content(Final));
    }

    [Theory]
    [InlineData(StoreOperation.Append)]
    [InlineData(StoreOperation.Sync)]
    public async Task WhatTheDiskRefusesIsToldOnceAndNothingMoreIsWritten(StoreOperation operation)
    {
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        _store.Do(() => _faults.Fail(operation, 1, "EIO"));
        Append("two\n");
        _file.Tell(new CaptureSegment(1, null), _partition);
        Append("three\n");
        var failed = (FileFailed)await _partition.FishForMessageAsync(static m => m is FileFailed, NodeHost.Patience);
        Assert.Equal(Path, Assert.IsType<StorageException>(failed.Error).Path);
        Append("four\n");
        await _partition.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
        Assert.DoesNotContain("three", Content(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFileThatSomeoneElseHasTruncatedTakesNoFurtherLineThatWouldStandTwice()
    {
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        await File.WriteAllTextAsync(System.IO.Path.Combine(_node.Settings.Aggregator.Files.Directory, Path), "");
        Append("two\n");
        var failed = (FileFailed)await _partition.FishForMessageAsync(static m => m is FileFailed, NodeHost.Patience);
        Assert.Equal("ESTALE", Assert.IsType<StorageException>(failed.Error).Error);
        Assert.Equal("", Content());
    }

    [Fact]
    public async Task AFileAtRestHoldsNoDescriptorAndGoesOnWithItsNextLine()
    {
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        // Not synced yet: it may not be closed.
        _file.Tell(RestSegment.Instance, _partition);
        _file.Tell(new CaptureSegment(1, null), _partition);
        await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience);
        Assert.True(IsOpen());

        _file.Tell(RestSegment.Instance, _partition);
        await NodeHost.Until(() => !IsOpen(), "the file is closed");
        Append("two\n");
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        Assert.Equal("one\ntwo\n", Content());
        Assert.True(IsOpen());
    }

    [Fact]
    public async Task AResumedFileIsCutToItsCommittedLengthAndGoesOn()
    {
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        _file.Tell(new CaptureSegment(1, null), _partition);
        var commit = (await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience)).Commit!;
        Append("uncommitted\n");
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        var inode = _store.Status(Path)!.Value.Identity;
        await EndAsync();

        Begin();
        _file.Tell(
            new ResumeSegment(new FileEntry(
                new FileOpened(7, "root", Path, inode.Device, inode.Inode, 0), commit.Length, commit.TailChecksum, null, 0)),
            _partition);
        Assert.Equal(new SegmentResumed(7, true), await _partition.ExpectMsgAsync<SegmentResumed>(NodeHost.Patience));
        Append("two\n");
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        Assert.Equal("one\ntwo\n", Content());
    }

    [Fact]
    public async Task ASealThatACrashLeftHalfwayIsCompleted()
    {
        const string Final = "web-1.log-20261123T055000Z-00000003";
        Append("one\n");
        await OpenAsync(7);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        _file.Tell(new CaptureSegment(1, Final), _partition);
        var commit = (await _partition.ExpectMsgAsync<SegmentCaptured>(NodeHost.Patience)).Commit!;
        var inode = _store.Status(Path)!.Value.Identity;
        await EndAsync();

        Begin();
        _file.Tell(
            new ResumeSegment(new FileEntry(
                new FileOpened(7, "root", Path, inode.Device, inode.Inode, 0), commit.Length, commit.TailChecksum, Final, 3)),
            _partition);
        Assert.Equal(new SegmentResumed(7, false), await _partition.ExpectMsgAsync<SegmentResumed>(NodeHost.Patience));
        Assert.Equal("one\n", Content(Final));
        Append("two\n");
        await OpenAsync(8);
        await _partition.ExpectMsgAsync<BlockLines>(NodeHost.Patience);
        Assert.Equal("two\n", Content());
    }

    private void Begin()
    {
        Assert.True(PathTemplate.TryParse("{host}.log", out var template, out _));
        var setup = new PartitionSetup(
            "node-1", _node.Settings.Aggregator, _store, template, _node.Ledger, new IntakeBudget(1024), _node.Probe(),
            new RejectedFolder(_store, PartitionRejects.Directory, 1024), TimeProvider.System);
        _file = _partition.ChildActorOf(FileActor.Props(setup, 0, Path));
    }

    private async Task EndAsync()
    {
        var watcher = _node.Probe();
        watcher.Watch(_file);
        _file.Tell(PoisonPill.Instance);
        await watcher.ExpectTerminatedAsync(_file, NodeHost.Patience);
    }

    private async Task OpenAsync(long number)
    {
        await _partition.ExpectMsgAsync<SegmentWanted>(NodeHost.Patience);
        _file.Tell(new OpenSegment(number), _partition);
        await _partition.ExpectMsgAsync<SegmentOpened>(NodeHost.Patience);
        _file.Tell(new SegmentRecorded(number), _partition);
    }

    private void Append(string text, BlockLines? block = null)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var lines = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(lines, 0);
        _file.Tell(new AppendLines(lines, bytes.Length, block ?? new BlockLines(1, bytes.Length, 1)), _partition);
    }

    private bool IsOpen() => NodeHost.IsOpen(System.IO.Path.Combine(_node.Settings.Aggregator.Files.Directory, Path));

    private string Content(string path = Path)
    {
        var full = System.IO.Path.Combine(_node.Settings.Aggregator.Files.Directory, path);
        using var file = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
