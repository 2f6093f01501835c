import NotFoundPage from "../not-found.tsx";

export { generateMetadata } from "../not-found.tsx";
export default NotFoundPage;
