/** Imported first: the log takes its level when it is first imported. */
process.env.LOG_LEVEL = "silent";
