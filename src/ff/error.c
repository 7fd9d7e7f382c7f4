/* SPDX-License-Identifier: MIT */
/* ff/error.c - AVERROR and errno to HRESULT; silence.
 *
 * Any thread.  Knows libav's numbers; must not know what anybody was doing when one came up.
 */
#include "ff/error.h"

#include <errno.h>
#include <pthread.h>

#include <libavutil/error.h>
#include <libavutil/log.h>

static const struct {
    int result;
    HRESULT hr;
} known[] = {
    { AVERROR(ENOENT), STG_E_FILENOTFOUND },
    { AVERROR(ENOTDIR), STG_E_PATHNOTFOUND },
    { AVERROR(EACCES), STG_E_ACCESSDENIED },
    { AVERROR(EPERM), STG_E_ACCESSDENIED },
    { AVERROR(EROFS), STG_E_ACCESSDENIED },
    { AVERROR(EISDIR), STG_E_ACCESSDENIED },
    { AVERROR(ENOSPC), STG_E_MEDIUMFULL },
    { AVERROR(EDQUOT), STG_E_MEDIUMFULL },
    { AVERROR(EFBIG), STG_E_MEDIUMFULL },
    { AVERROR(EIO), STG_E_READFAULT },
    { AVERROR(ENOMEM), E_OUTOFMEMORY },
    { AVERROR(EINVAL), E_INVALIDARG },
    { AVERROR(ENOSYS), E_NOTIMPL },
    { AVERROR(ETIMEDOUT), VFW_E_TIMEOUT },
    { AVERROR_EXIT, VFW_E_STATE_CHANGED },
    { AVERROR_EOF, VFW_E_FILE_TOO_SHORT },
    { AVERROR_INVALIDDATA, VFW_E_INVALID_FILE_FORMAT },
    { AVERROR_BUFFER_TOO_SMALL, VFW_E_BUFFER_OVERFLOW },
    { AVERROR_PROTOCOL_NOT_FOUND, VFW_E_CANNOT_LOAD_SOURCE_FILTER },
    { AVERROR_DEMUXER_NOT_FOUND, VFW_E_UNKNOWN_FILE_TYPE },
    { AVERROR_MUXER_NOT_FOUND, VFW_E_UNKNOWN_FILE_TYPE },
    { AVERROR_DECODER_NOT_FOUND, VFW_E_NO_DECOMPRESSOR },
    { AVERROR_ENCODER_NOT_FOUND, VFW_E_NO_DECOMPRESSOR },
    { AVERROR_OPTION_NOT_FOUND, E_INVALIDARG },
    { AVERROR_STREAM_NOT_FOUND, VFW_E_NOT_FOUND },
    { AVERROR_PATCHWELCOME, E_NOTIMPL },
    { AVERROR_EXPERIMENTAL, VFW_E_TYPE_NOT_ACCEPTED },
    { AVERROR_HTTP_NOT_FOUND, STG_E_FILENOTFOUND },
    { AVERROR_HTTP_UNAUTHORIZED, STG_E_ACCESSDENIED },
    { AVERROR_HTTP_FORBIDDEN, STG_E_ACCESSDENIED },
};

HRESULT ff_error(int result)
{
    if (result >= 0)
        return S_OK;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (known[i].result == result)
            return known[i].hr;
    return E_FAIL;
}

HRESULT ff_error_open(int result)
{
    switch (result) {
    case AVERROR_INVALIDDATA:
        return VFW_E_UNKNOWN_FILE_TYPE;
    case AVERROR_EOF:
    case AVERROR(EINVAL):
        return VFW_E_INVALID_FILE_FORMAT;
    default:
        return ff_error(result);
    }
}

static void hush(void)
{
    if (av_log_get_level() == AV_LOG_INFO)
        av_log_set_level(AV_LOG_QUIET);
}

void ff_be_quiet(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, hush);
}
