using ActorLog.Protocol.Batches;
using Akka.Streams;
using Akka.Streams.Stage;

namespace ActorLog.Node.Routing;

/// <summary>
/// Joins small batches while the spool is busy, or until a window has passed since the last one left: a lone record
/// leaves at once, a full batch too, and what comes in between shares one persist. Built-in operators cannot let a full
/// batch pass while a small one waits.
/// </summary>
internal sealed class GatherStage(int bytesMax, TimeSpan window) : GraphStage<FlowShape<RecordBatch, RecordBatch>>
{
    private readonly Inlet<RecordBatch> _in = new("gather.in");
    private readonly Outlet<RecordBatch> _out = new("gather.out");

    /// <inheritdoc/>
    public override FlowShape<RecordBatch, RecordBatch> Shape => new(_in, _out);

    /// <inheritdoc/>
    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, bytesMax, window);

    private sealed class Logic : TimerGraphStageLogic, IDisposable
    {
        private readonly GatherStage _stage;
        private readonly int _bytesMax;
        private readonly long _windowMs;
        private readonly BatchWriter _writer = new();
        private readonly Queue<RecordBatch> _ready = new();
        private long _leftAt;
        private bool _isWaiting;

        public Logic(GatherStage stage, int bytesMax, TimeSpan window)
            : base(stage.Shape)
        {
            _stage = stage;
            _bytesMax = bytesMax;
            _windowMs = (long)window.TotalMilliseconds;
            _leftAt = Environment.TickCount64 - _windowMs;
            SetHandler(stage._in, onPush: OnPush, onUpstreamFinish: OnUpstreamFinish);
            SetHandler(stage._out, onPull: Emit);
        }

        public override void PreStart() => Pull(_stage._in);

        public override void PostStop() => Dispose();

        public void Dispose()
        {
            _writer.Dispose();
            while (_ready.TryDequeue(out var batch))
            {
                batch.Dispose();
            }
        }

        protected override void OnTimer(object timerKey)
        {
            _isWaiting = false;
            Emit();
        }

        private void OnPush()
        {
            Add(Grab(_stage._in));
            Emit();
            PullWhenRoom();
        }

        private void Add(RecordBatch batch)
        {
            // A large batch goes as it is: copying would cost more than it joins.
            if (batch.Length >= _bytesMax / 2 || _writer.Length + batch.Length > _bytesMax)
            {
                Close();
            }

            if (batch.Length >= _bytesMax / 2)
            {
                _ready.Enqueue(batch);
                return;
            }

            using (batch)
            {
                foreach (var record in batch)
                {
                    if (!_writer.TryAppend(record))
                    {
                        Close();
                        _writer.TryAppend(record);
                    }
                }
            }
        }

        private void Close()
        {
            if (_writer.Take() is { } filled)
            {
                _ready.Enqueue(filled);
            }
        }

        // Emits what is closed at once, what is open when its window has passed; else the timer comes back for it.
        private void Emit()
        {
            if (!IsAvailable(_stage._out))
            {
                return;
            }

            if (_ready.Count == 0 && _writer.Count > 0)
            {
                var wait = _leftAt + _windowMs - Environment.TickCount64;
                if (wait > 0 && !IsClosed(_stage._in))
                {
                    if (!_isWaiting)
                    {
                        _isWaiting = true;
                        ScheduleOnce(nameof(GatherStage), TimeSpan.FromMilliseconds(wait));
                    }

                    return;
                }

                Close();
            }

            if (_ready.TryDequeue(out var batch))
            {
                _leftAt = Environment.TickCount64;
                Push(_stage._out, batch);
            }

            if (IsClosed(_stage._in))
            {
                CompleteWhenEmpty();
            }

            PullWhenRoom();
        }

        // One batch ready and one being filled is all that is held; then backpressure.
        private void PullWhenRoom()
        {
            if (_ready.Count == 0 && !IsClosed(_stage._in) && !HasBeenPulled(_stage._in))
            {
                Pull(_stage._in);
            }
        }

        private void OnUpstreamFinish()
        {
            Close();
            Emit();
            CompleteWhenEmpty();
        }

        private void CompleteWhenEmpty()
        {
            if (_ready.Count == 0 && _writer.Count == 0)
            {
                CompleteStage();
            }
        }
    }
}
