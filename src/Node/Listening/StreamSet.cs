using System.ComponentModel;
using System.Runtime.InteropServices;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Framing;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>The stream sources and connections of one epoll thread: accepts, reads, closes.</summary>
internal sealed class StreamSet(EpollSet epoll, BatchWindow window, ILoggingAdapter log)
{
    private const int ReadsInARow = 4;
    private const int ReadsAtEnd = 64;
    private const int QuietMs = 50;
    private const int DrainMaxMs = 2000;
    private const int AcceptsInARow = 256;
    private const int AcceptPauseMs = 100;

    // A unix socket's buffer holds some 160 small writes, whatever their size; a TCP one begins with 64 KiB of payload, and grows.
    private const int UnixWeight = 8;
    private const int CheckMinMs = 20;
    private const int CheckMaxMs = 1000;

    private readonly Dictionary<int, StreamIntake> _intakes = [];
    private readonly Dictionary<int, StreamConnection> _connections = [];
    private readonly List<StreamConnection> _idle = [];
    private long _nextCheckMs;
    private bool _isAcceptPaused;
    private int _lastRead;

    /// <summary>Reads a source from now on; its completion tells if it cannot be.</summary>
    public void Add(StreamIntake ownedIntake)
    {
        if (Libc.SetNonBlocking(ownedIntake.Descriptor) != 0 || !epoll.TryAdd(ownedIntake.Descriptor))
        {
            var error = Marshal.GetLastPInvokeError();
            ownedIntake.CloseSocket();
            ownedIntake.Complete(new Win32Exception(error));
            return;
        }

        _intakes.Add(ownedIntake.Descriptor, ownedIntake);
    }

    /// <summary>How long the thread may wait before <see cref="Check"/> is due; -1 without end.</summary>
    public int CheckInMs(long now) =>
        _connections.Count == 0 && !_isAcceptPaused ? -1 : (int)Math.Clamp(_nextCheckMs - now, 0, CheckMaxMs);

    /// <summary>Accepts or reads what a ready descriptor offers.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="isEmpty">There was no more than was read.</param>
    /// <returns>The bytes that were read; one of a unix socket counts for so many as its buffer is smaller than TCP's.</returns>
    public long Serve(int descriptor, out bool isEmpty)
    {
        isEmpty = true;
        if (_connections.TryGetValue(descriptor, out var connection))
        {
            isEmpty = Read(connection, ReadsInARow) != StreamState.Flowing;
            return connection.Intake.Source.Path is null ? _lastRead : (long)_lastRead * UnixWeight;
        }

        // One that is not known was closed earlier in this turn.
        if (_intakes.TryGetValue(descriptor, out var intake))
        {
            Accept(intake);
        }

        return 0;
    }

    /// <summary>Closes connections that have been silent for too long, and lets paused sources accept again.</summary>
    public void Check(long now)
    {
        if (now < _nextCheckMs)
        {
            return;
        }

        var next = CheckMaxMs;
        _isAcceptPaused = false;
        foreach (var intake in _intakes.Values)
        {
            if (intake.IsAcceptPaused)
            {
                intake.IsAcceptPaused = false;
                epoll.Watch(intake.Descriptor, on: true);
            }

            var idleMs = (long)intake.Source.IdleTimeout.TotalMilliseconds;
            if (idleMs > 0)
            {
                next = (int)Math.Clamp(idleMs / 4, CheckMinMs, next);
                _idle.AddRange(intake.Connections.Where(connection => now - connection.LastReadMs > idleMs));
            }
        }

        _nextCheckMs = now + next;
        _idle.ForEach(CloseCut);
        _idle.Clear();
    }

    /// <summary>
    /// Takes what has arrived by a source, hands it over and closes; nothing if it is not one of this set.
    /// </summary>
    public void Drain(StreamIntake intake)
    {
        if (!_intakes.TryGetValue(intake.Descriptor, out var known) || !ReferenceEquals(known, intake))
        {
            return;
        }

        // Whoever is in the queue of the listening socket has connected, and may have sent.
        Accept(intake);
        epoll.Remove(intake.Descriptor);
        _intakes.Remove(intake.Descriptor);
        intake.CloseSocket();
        ReadOut(intake);
        Array.ForEach([.. intake.Connections], CloseCut);
        window.HandOver();
        intake.Complete(null);
    }

    // A sender's kernel hands the rest over only as ours is read: an empty buffer is not yet the end of what was written.
    private void ReadOut(StreamIntake intake)
    {
        var began = BatchWindow.NowMs;
        var heard = began;
        for (var now = began; intake.Connections.Count > 0 && now - heard < QuietMs && now - began < DrainMaxMs; now = BatchWindow.NowMs)
        {
            var read = 0L;
            foreach (var connection in intake.Connections.ToArray())
            {
                Read(connection, ReadsAtEnd);
                read += _lastRead;
            }

            if (read > 0)
            {
                heard = BatchWindow.NowMs;
            }
            else
            {
                Thread.Sleep(1);
            }
        }
    }

    /// <summary>Drains all sources.</summary>
    public void DrainAll() => Array.ForEach([.. _intakes.Values], Drain);

    /// <summary>Closes what is still open.</summary>
    /// <param name="fault">What the sources are told; null for an end as asked.</param>
    public void Abandon(Exception? fault)
    {
        foreach (var connection in _connections.Values)
        {
            connection.Close();
        }

        foreach (var intake in _intakes.Values)
        {
            intake.CloseSocket();
            intake.Complete(fault);
        }
    }

    private void Accept(StreamIntake intake)
    {
        var again = true;
        for (var i = 0; i < AcceptsInARow && again; i++)
        {
            if (intake.Accept(window.Ledger, out again) is not { } connection)
            {
                continue;
            }

            connection.LastReadMs = BatchWindow.NowMs;
            _connections[connection.Descriptor] = connection;
            if (!epoll.TryAdd(connection.Descriptor))
            {
                Close(connection);
            }
        }

        if (intake.IsAcceptPaused)
        {
            if (!intake.IsPauseTold)
            {
                log.Warning("Source {0} lets new connections wait: no descriptors to spare", intake.Source.Name);
                intake.IsPauseTold = true;
            }

            epoll.Watch(intake.Descriptor, on: false);
            _isAcceptPaused = true;
            _nextCheckMs = Math.Min(_nextCheckMs, BatchWindow.NowMs + AcceptPauseMs);
        }
    }

    /// <summary>
    /// Reads what there is, at most a few chunks so that others get their turn; it is closed when it is over.
    /// </summary>
    private unsafe StreamState Read(StreamConnection connection, int reads)
    {
        connection.LastReadMs = BatchWindow.NowMs;
        _lastRead = 0;
        var state = StreamState.Flowing;
        for (var i = 0; i < reads && state == StreamState.Flowing; i++)
        {
            var room = connection.Feed.RoomIn(window.Batch);
            nint read;
            fixed (byte* start = room)
            {
                read = Libc.Read(connection.Descriptor, start, room.Length);
            }

            state = StateAfter(read, room.Length);
            var received = (int)Math.Max(0, read);
            _lastRead += received;
            if (!connection.Feed.Feed(window.Batch, received, state))
            {
                log.Debug("Source {0}: {1}", connection.Intake.Source.Name, connection.Feed.Error);
                state = StreamState.Broken;
            }

            if (window.Batch.IsFull)
            {
                window.HandOver();
            }
        }

        if (state is StreamState.Ended or StreamState.Broken)
        {
            Close(connection);
        }

        return state;
    }

    /// <summary>A read that did not fill its room has emptied the socket: that is a pause.</summary>
    private static StreamState StateAfter(nint read, int room)
    {
        if (read >= 0)
        {
            return read == room ? StreamState.Flowing : read > 0 ? StreamState.Paused : StreamState.Ended;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Libc.TryAgain => StreamState.Paused,
            Libc.Interrupted => StreamState.Flowing,
            _ => StreamState.Broken,
        };
    }

    /// <summary>Closes on our side: an unfinished frame is kept, marked as cut.</summary>
    private void CloseCut(StreamConnection connection)
    {
        _ = connection.Feed.RoomIn(window.Batch);
        connection.Feed.Feed(window.Batch, 0, StreamState.Broken);
        Close(connection);
    }

    private void Close(StreamConnection connection)
    {
        _connections.Remove(connection.Descriptor);
        connection.Intake.Connections.Remove(connection);
        connection.Close();
        window.Ledger.Add(LedgerAccount.ConnectionsClosed, 1);
    }
}
