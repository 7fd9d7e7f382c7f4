/* SPDX-License-Identifier: MIT */
/* error_text.c - AMGetErrorText: one sentence for every HRESULT that DirectShow knows.
 *
 * Runs: any thread; constant data.
 * Knows: the codes of vfwmsgs.h and the common ones of winerror.h.  Must not know: where an
 * error came from.
 */
#include <errors.h>

struct error_text {
    HRESULT code;
    const char *text; /* ASCII, shorter than MAX_ERROR_TEXT_LEN */
};

/* --- success that needs a word ------------------------------------------------------------ */
static const struct error_text successes[] = {
    { S_OK, "The operation succeeded." },
    { S_FALSE, "The operation succeeded, and the answer is no or there was nothing to do." },
    { VFW_S_NO_MORE_ITEMS, "There are no more items." },
    { VFW_S_DUPLICATE_NAME, "The name was taken; the filter joined under a changed name." },
    { VFW_S_STATE_INTERMEDIATE, "The change of state has not finished yet." },
    { VFW_S_PARTIAL_RENDER,
      "Some streams of the file are in formats that cannot be rendered." },
    { VFW_S_SOME_DATA_IGNORED, "The file holds settings that were not used." },
    { VFW_S_CONNECTIONS_DEFERRED, "Some connections failed and will be tried later." },
    { VFW_S_RESOURCE_NOT_NEEDED, "The resource is no longer needed." },
    { VFW_S_MEDIA_TYPE_IGNORED, "The filter does not use the media type it was given." },
    { VFW_S_VIDEO_NOT_RENDERED, "The video stream was left out: no renderer would take it." },
    { VFW_S_AUDIO_NOT_RENDERED, "The audio stream was left out: no renderer would take it." },
    { VFW_S_RPZA, "The video was left out: the RPZA codec is not supported." },
    { VFW_S_ESTIMATED, "The value is an estimate." },
    { VFW_S_RESERVED, "This success code is reserved." },
    { VFW_S_STREAM_OFF, "The stream is switched off." },
    { VFW_S_CANT_CUE, "The graph is paused but has no data: a live source sends only in run." },
    { VFW_S_NO_STOP_TIME, "No stop time was set; the end of the stream is used." },
    { VFW_S_NOPREVIEWPIN,
      "There is no preview pin; the capture pin serves both through a tee." },
    { VFW_S_DVD_NON_ONE_SEQUENTIAL, "The DVD title's chapters do not follow each other." },
    { VFW_S_DVD_CHANNEL_CONTENTS_NOT_AVAILABLE,
      "The DVD does not say what the channel holds." },
    { VFW_S_DVD_NOT_ACCURATE, "The DVD position is approximate." },
    { VFW_S_DVD_RENDER_STATUS, "The DVD graph was built, but not all of it; see the status." },
};

/* --- codes of COM and the system -----------------------------------------------------------
 */
static const struct error_text common[] = {
    { E_NOTIMPL, "The call is not implemented here." },
    { E_NOINTERFACE, "The object does not have the interface that is asked for." },
    { E_POINTER, "A pointer that is needed is NULL." },
    { E_ABORT, "The operation was aborted." },
    { E_FAIL, "The operation failed for a reason without a code of its own." },
    { E_UNEXPECTED, "The call came at a moment when it makes no sense." },
    { E_PENDING, "The data needed is not there yet." },
    { E_ACCESSDENIED, "Access is denied." },
    { E_HANDLE, "The handle is not valid." },
    { E_OUTOFMEMORY, "There is not enough memory." },
    { E_INVALIDARG, "An argument is not valid." },
    { E_PROP_SET_UNSUPPORTED, "The object does not have this set of properties." },
    { E_PROP_ID_UNSUPPORTED, "The object does not have this property." },
    { CLASS_E_NOAGGREGATION, "The class cannot be part of another object." },
    { CLASS_E_CLASSNOTAVAILABLE, "The module does not have this class." },
    { REGDB_E_CLASSNOTREG, "The class is not registered: no loaded module offers it." },
    { CO_E_NOTINITIALIZED, "COM is not initialised on this thread." },
    { CO_E_CLASSSTRING, "The text is not a class identifier." },
    { CO_E_IIDSTRING, "The text is not an interface identifier." },
    { CO_E_DLLNOTFOUND, "The module of the class was not found." },
    { CO_E_ERRORINDLL, "The module of the class cannot be loaded." },
    { RPC_E_CHANGED_MODE, "COM is already initialised on this thread in another mode." },
    { DISP_E_TYPEMISMATCH, "The value has the wrong type." },
    { DISP_E_BADINDEX, "The index is out of range." },
    { DISP_E_OVERFLOW, "The value is out of range." },
    { STG_E_INVALIDFUNCTION, "The stream does not support the operation." },
    { STG_E_FILENOTFOUND, "The file, or the element of a storage, was not found." },
    { STG_E_PATHNOTFOUND, "The path was not found." },
    { STG_E_TOOMANYOPENFILES, "Too many files are open." },
    { STG_E_ACCESSDENIED, "Access is denied." },
    { STG_E_INSUFFICIENTMEMORY, "There is not enough memory." },
    { STG_E_WRITEFAULT, "The disk can't be written." },
    { STG_E_READFAULT, "The disk can't be read." },
    { STG_E_FILEALREADYEXISTS,
      "The file exists, and is of another kind or not to be replaced." },
    { STG_E_MEDIUMFULL, "There is no room left to write to." },
    { STG_E_INVALIDHEADER, "The compound file has a damaged header." },
    { STG_E_INVALIDNAME, "The name is not valid." },
    { STG_E_INVALIDFLAG, "The mode is not valid." },
    { STG_E_REVERTED, "The storage around the object is gone." },
    { STG_E_OLDFORMAT, "The compound file is of a version that is not known." },
    { STG_E_DOCFILECORRUPT, "The compound file is damaged." },
    { STG_E_DOCFILETOOLARGE, "The compound file is too large." },
    { _HRESULT_TYPEDEF_(0x80070002), "The file was not found." },
    { _HRESULT_TYPEDEF_(0x80070003), "The path was not found." },
    { _HRESULT_TYPEDEF_(0x80070004), "Too many files are open." },
    { _HRESULT_TYPEDEF_(0x8007000d), "The data is not valid." },
    { _HRESULT_TYPEDEF_(0x80070020), "The file is in use by someone else." },
    { _HRESULT_TYPEDEF_(0x80070026), "The end of the file was reached." },
    { _HRESULT_TYPEDEF_(0x80070032), "The request is not supported." },
    { _HRESULT_TYPEDEF_(0x80070050), "The file exists already." },
    { _HRESULT_TYPEDEF_(0x80070070), "The disk is full." },
    { _HRESULT_TYPEDEF_(0x800700aa), "The resource is busy." },
    { _HRESULT_TYPEDEF_(0x800704c7), "The operation was cancelled." },
    { _HRESULT_TYPEDEF_(0x800705b4), "The time given for the operation has passed." },
};

/* --- DirectShow's failures ------------------------------------------------------------------
 */
static const struct error_text failures[] = {
    { VFW_E_INVALIDMEDIATYPE, "The media type is not valid." },
    { VFW_E_INVALIDSUBTYPE, "The media subtype is not valid." },
    { VFW_E_NEED_OWNER, "The object can only be created as part of another one." },
    { VFW_E_ENUM_OUT_OF_SYNC, "What is being listed has changed; reset the enumerator." },
    { VFW_E_ALREADY_CONNECTED, "The pin is connected already." },
    { VFW_E_FILTER_ACTIVE, "The filter is active; stop it first." },
    { VFW_E_NO_TYPES, "One of the pins offers no media types." },
    { VFW_E_NO_ACCEPTABLE_TYPES, "The pins have no media type in common." },
    { VFW_E_INVALID_DIRECTION, "Two pins of the same direction cannot be connected." },
    { VFW_E_NOT_CONNECTED, "The pin is not connected." },
    { VFW_E_NO_ALLOCATOR, "The connection has no allocator for samples." },
    { VFW_E_RUNTIME_ERROR, "An error occurred while data was flowing; stop or flush first." },
    { VFW_E_BUFFER_NOTSET, "No buffer space has been set." },
    { VFW_E_BUFFER_OVERFLOW, "The buffer is not big enough." },
    { VFW_E_BADALIGN, "The alignment asked for is not valid." },
    { VFW_E_ALREADY_COMMITTED,
      "The allocator is committed; its buffers cannot be changed now." },
    { VFW_E_BUFFERS_OUTSTANDING, "Some buffers of the allocator are still in use." },
    { VFW_E_NOT_COMMITTED, "The allocator is not committed, so it gives no samples." },
    { VFW_E_SIZENOTSET, "The number and size of the allocator's buffers have not been set." },
    { VFW_E_NO_CLOCK, "The filter has no reference clock." },
    { VFW_E_NO_SINK, "There is nobody to send quality messages to." },
    { VFW_E_NO_INTERFACE, "An interface that is needed is missing on the other object." },
    { VFW_E_NOT_FOUND, "The object or name was not found." },
    { VFW_E_CANNOT_CONNECT, "No combination of filters was found to make the connection." },
    { VFW_E_CANNOT_RENDER, "No combination of filters was found to render the stream." },
    { VFW_E_CHANGING_FORMAT, "The format cannot be changed now: a change is under way." },
    { VFW_E_NO_COLOR_KEY_SET, "No colour key has been set." },
    { VFW_E_NOT_OVERLAY_CONNECTION, "The connection is not an overlay connection." },
    { VFW_E_NOT_SAMPLE_CONNECTION, "The connection does not carry samples." },
    { VFW_E_PALETTE_SET, "A palette is set, so a colour key cannot be." },
    { VFW_E_COLOR_KEY_SET, "A colour key is set, so a palette cannot be." },
    { VFW_E_NO_COLOR_KEY_FOUND, "No colour key that fits was found." },
    { VFW_E_NO_PALETTE_AVAILABLE, "There is no palette." },
    { VFW_E_NO_DISPLAY_PALETTE, "The display does not use a palette." },
    { VFW_E_TOO_MANY_COLORS, "The display has too few colours for the palette." },
    { VFW_E_STATE_CHANGED, "The state changed while the call was waiting." },
    { VFW_E_NOT_STOPPED, "The filter is not stopped, and the call needs it to be." },
    { VFW_E_NOT_PAUSED, "The filter or graph is not paused, and the call needs it to be." },
    { VFW_E_NOT_RUNNING, "The filter or graph is not running, and the call needs it to be." },
    { VFW_E_WRONG_STATE, "The filter is in the wrong state for the call." },
    { VFW_E_START_TIME_AFTER_END, "The start time of the sample lies after its end." },
    { VFW_E_INVALID_RECT, "The rectangle is not valid." },
    { VFW_E_TYPE_NOT_ACCEPTED, "The pin does not take this media type." },
    { VFW_E_SAMPLE_REJECTED, "The sample cannot be rendered." },
    { VFW_E_SAMPLE_REJECTED_EOS, "The sample cannot be rendered: the stream has ended." },
    { VFW_E_DUPLICATE_NAME, "A filter of this name is in the graph already." },
    { VFW_E_TIMEOUT, "The time given for the operation has passed." },
    { VFW_E_INVALID_FILE_FORMAT, "The file is damaged or not in the format expected." },
    { VFW_E_ENUM_OUT_OF_RANGE, "The list is at its end." },
    { VFW_E_CIRCULAR_GRAPH, "The connection would close a circle in the graph." },
    { VFW_E_NOT_ALLOWED_TO_SAVE, "The object cannot be saved in its present state." },
    { VFW_E_TIME_ALREADY_PASSED, "The time asked for has passed already." },
    { VFW_E_ALREADY_CANCELLED, "The command was cancelled already." },
    { VFW_E_CORRUPT_GRAPH_FILE, "The graph file is damaged." },
    { VFW_E_ADVISE_ALREADY_SET, "There is a notification link already." },
    { VFW_E_NO_MODEX_AVAILABLE, "Full-screen display is not available." },
    { VFW_E_NO_ADVISE_SET, "There is no notification link to end." },
    { VFW_E_NO_FULLSCREEN, "No filter in the graph can show full screen." },
    { VFW_E_IN_FULLSCREEN_MODE, "The call is not possible in full-screen mode." },
    { VFW_E_UNKNOWN_FILE_TYPE, "The type of the file is not known." },
    { VFW_E_CANNOT_LOAD_SOURCE_FILTER, "The source filter for the file cannot be loaded." },
    { VFW_E_FILE_TOO_SHORT, "The file is too short to be complete." },
    { VFW_E_INVALID_FILE_VERSION, "The version of the file is not supported." },
    { VFW_E_INVALID_CLSID, "The file names a class that is not valid here." },
    { VFW_E_INVALID_MEDIA_TYPE, "The file's media type is not valid." },
    { VFW_E_SAMPLE_TIME_NOT_SET, "The sample has no time stamp." },
    { VFW_E_MEDIA_TIME_NOT_SET, "The sample has no media time." },
    { VFW_E_NO_TIME_FORMAT_SET, "No time format for seeking has been chosen." },
    { VFW_E_MONO_AUDIO_HW, "The sound device is mono, so there is no balance to set." },
    { VFW_E_NO_DECOMPRESSOR, "There is no decoder for the video." },
    { VFW_E_NO_AUDIO_HARDWARE, "There is no sound device, or it does not respond." },
    { VFW_E_RPZA, "The RPZA video codec is not supported." },
    { VFW_E_PROCESSOR_NOT_SUITABLE, "The processor cannot do what the stream needs." },
    { VFW_E_UNSUPPORTED_AUDIO, "The audio format is not supported." },
    { VFW_E_UNSUPPORTED_VIDEO, "The video format is not supported." },
    { VFW_E_MPEG_NOT_CONSTRAINED, "The video is MPEG outside the constrained profile." },
    { VFW_E_NOT_IN_GRAPH, "The object is not part of this graph." },
    { VFW_E_NO_TIME_FORMAT, "The object does not support time formats." },
    { VFW_E_READ_ONLY, "The data comes from a sample or connection that is read-only." },
    { VFW_E_BUFFER_UNDERFLOW, "The buffer does not hold enough data." },
    { VFW_E_UNSUPPORTED_STREAM, "The format of the stream is not supported." },
    { VFW_E_NO_TRANSPORT, "The pins have no way of moving data in common." },
    { VFW_E_BAD_VIDEOCD, "The device or data on the Video CD is damaged." },
    { VFW_E_OUT_OF_VIDEO_MEMORY, "There is not enough video memory." },
    { VFW_E_VP_NEGOTIATION_FAILED, "The video port and its device did not agree." },
    { VFW_E_DDRAW_CAPS_NOT_SUITABLE, "The display cannot do what the stream needs." },
    { VFW_E_NO_VP_HARDWARE, "There is no video port, or it does not respond." },
    { VFW_E_NO_CAPTURE_HARDWARE, "There is no capture device, or it does not respond." },
    { VFW_E_DVD_OPERATION_INHIBITED, "The DVD forbids the operation at this point." },
    { VFW_E_DVD_INVALIDDOMAIN, "The operation is not possible in this domain of the DVD." },
    { VFW_E_DVD_NO_BUTTON, "There is no button at this place." },
    { VFW_E_DVD_GRAPHNOTREADY, "The DVD graph has not been built yet." },
    { VFW_E_DVD_RENDERFAIL, "The DVD graph could not be built." },
    { VFW_E_DVD_DECNOTENOUGH, "There are not enough decoders for the DVD." },
    { VFW_E_DDRAW_VERSION_NOT_SUITABLE, "The version of the display interface is too old." },
    { VFW_E_COPYPROT_FAILED, "Copy protection could not be set up." },
    { VFW_E_TIME_EXPIRED, "The time limit has passed." },
    { VFW_E_DVD_WRONG_SPEED, "The operation is not possible at this speed." },
    { VFW_E_DVD_MENU_DOES_NOT_EXIST, "The DVD has no such menu." },
    { VFW_E_DVD_CMD_CANCELLED, "The DVD command was cancelled or has ended." },
    { VFW_E_DVD_STATE_WRONG_VERSION, "The saved DVD state is of another version." },
    { VFW_E_DVD_STATE_CORRUPT, "The saved DVD state is damaged." },
    { VFW_E_DVD_STATE_WRONG_DISC, "The saved DVD state is of another disc." },
    { VFW_E_DVD_INCOMPATIBLE_REGION, "The disc and the drive are of different regions." },
    { VFW_E_DVD_NO_ATTRIBUTES, "The DVD does not describe this item." },
    { VFW_E_DVD_NO_GOUP_PGC, "The DVD gives no place to go up to." },
    { VFW_E_DVD_LOW_PARENTAL_LEVEL, "The parental level set is too low for this title." },
    { VFW_E_DVD_NOT_IN_KARAOKE_MODE, "The DVD is not in karaoke mode." },
    { VFW_E_FRAME_STEP_UNSUPPORTED, "The graph cannot step by single frames." },
    { VFW_E_DVD_STREAM_DISABLED, "The DVD stream is switched off." },
    { VFW_E_DVD_TITLE_UNKNOWN, "The DVD has not entered a title yet." },
    { VFW_E_DVD_INVALID_DISC, "This is not a DVD, or it cannot be read." },
    { VFW_E_DVD_NO_RESUME_INFORMATION, "There is nothing to resume." },
    { VFW_E_PIN_ALREADY_BLOCKED_ON_THIS_THREAD, "This thread has blocked the pin already." },
    { VFW_E_PIN_ALREADY_BLOCKED, "Another thread has blocked the pin already." },
    { VFW_E_CERTIFICATION_FAILURE, "The filter has no permission to be used in this program." },
    { VFW_E_VMR_NOT_IN_MIXER_MODE, "The video mixing renderer is not mixing." },
    { VFW_E_VMR_NO_AP_SUPPLIED, "The video mixing renderer has no allocator-presenter yet." },
    { VFW_E_VMR_NO_DEINTERLACE_HW, "The display cannot deinterlace." },
    { VFW_E_VMR_NO_PROCAMP_HW, "The display cannot adjust the picture." },
    { VFW_E_DVD_VMR9_INCOMPATIBLEDEC, "The DVD decoder does not work with this renderer." },
    { VFW_E_NO_COPP_HW, "The display does not support protected output." },
    { VFW_E_DVD_NONBLOCKING, "The DVD command is not possible while another one runs." },
    { VFW_E_DVD_TOO_MANY_RENDERERS_IN_FILTER_GRAPH, "The DVD graph has too many renderers." },
    { VFW_E_DVD_NON_EVR_RENDERER_IN_FILTER_GRAPH, "The DVD graph has an unfit renderer." },
    { VFW_E_DVD_RESOLUTION_ERROR, "The DVD needs a display of other resolution." },
    { VFW_E_CODECAPI_LINEAR_RANGE, "The codec's parameter takes a range, not a list." },
    { VFW_E_CODECAPI_ENUMERATED, "The codec's parameter takes a list, not a range." },
    { VFW_E_CODECAPI_NO_DEFAULT, "The codec's parameter has no default." },
    { VFW_E_CODECAPI_NO_CURRENT_VALUE, "The codec's parameter has no value now." },
    { VFW_E_DVD_CHAPTER_DOES_NOT_EXIST, "The DVD title has no such chapter." },
    { VFW_E_BAD_KEY, "A registry entry is damaged or missing." },
};

static const char *find_in(const struct error_text *table, size_t count, HRESULT code)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].code == code)
            return table[i].text;
    return NULL;
}

static const char *find_text(HRESULT code)
{
    const char *text = find_in(failures, ARRAYSIZE(failures), code);

    if (!text)
        text = find_in(common, ARRAYSIZE(common), code);
    if (!text)
        text = find_in(successes, ARRAYSIZE(successes), code);
    return text ? text : "";
}

DWORD WINAPI AMGetErrorTextA(HRESULT hr, char *ret_text, DWORD room)
{
    const char *text = find_text(hr);
    DWORD length = 0;

    if (!ret_text || room == 0)
        return 0;
    for (; text[length] != '\0' && length < room - 1; length++)
        ret_text[length] = text[length];
    ret_text[length] = '\0';
    return length;
}

DWORD WINAPI AMGetErrorTextW(HRESULT hr, WCHAR *ret_text, DWORD room)
{
    const char *text = find_text(hr);
    DWORD length = 0;

    if (!ret_text || room == 0)
        return 0;
    for (; text[length] != '\0' && length < room - 1; length++)
        ret_text[length] = (WCHAR)(unsigned char)text[length];
    ret_text[length] = L'\0';
    return length;
}
